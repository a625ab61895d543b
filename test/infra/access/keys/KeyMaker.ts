/** A process that makes keys one after the other: `KeyMaker.ts FILE NAME COUNT`. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import { Effect } from "effect"

const [path = "", maker = "", count = "0"] = process.argv.slice(2)

await Effect.runPromise(
  Effect.forEach(
    Array.from({ length: Number(count) }).keys(),
    (n) => ApiKeys.create(path, { name: KeyName.make(`${maker}-${n}`), scopes: ["read"], expiresAt: undefined })
  )
)
