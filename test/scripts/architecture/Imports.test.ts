import { assert, describe, it } from "@effect/vitest"
import { checkAdapters, checkImports } from "../../../scripts/architecture/Imports.ts"
import { format } from "../../../scripts/Violation.ts"
import { file, places } from "./Files.ts"

const found = (path: string, text: string, declared: ReadonlyArray<string> = []) =>
  checkImports([{ path, text }], { [path.split("/")[1]!]: declared }).map(format)

const SIBLINGS = {
  client: [],
  domain: [],
  infra: ["domain"],
  audit: ["domain"],
  gateway: ["domain", "infra"],
  processor: ["domain", "infra"],
  operations: ["domain", "infra", "audit"],
  cli: ["domain", "infra", "audit", "operations", "gateway", "processor"]
}

describe("the imports", () => {
  it("lead from package to package in one direction only", () => {
    for (const [owner, known] of Object.entries<ReadonlyArray<string>>(SIBLINGS)) {
      for (const sibling of Object.keys(SIBLINGS)) {
        const specifier = `@flash-sale/${sibling}/Infra`
        const messages = found(`packages/${owner}/src/A.ts`, `import "${specifier}"`, [`@flash-sale/${sibling}`])
        assert.strictEqual(messages.length, known.includes(sibling) ? 0 : 1, `${owner} -> ${sibling}`)
      }
    }
    assert.deepStrictEqual(found("packages/processor/src/A.ts", `\nimport type { B } from "@flash-sale/gateway/B"`), [
      "packages/processor/src/A.ts:2 imports: processor must not know gateway"
    ])
    assert.strictEqual(found("packages/infra/src/A.ts", `export { B } from "@flash-sale/cli/B"`).length, 1)
    assert.strictEqual(found("packages/infra/src/A.ts", `const b = await import("@flash-sale/cli/B")`).length, 1)
  })

  it("may read the manifest of their own package, and of no other", () => {
    assert.deepStrictEqual(found("packages/infra/src/http/A.ts", `import m from "../../package.json"`), [])
    assert.strictEqual(found("packages/infra/src/http/A.ts", `import m from "../../../domain/package.json"`).length, 1)
  })

  it("bring nothing but effect into the domain", () => {
    const path = "packages/domain/src/A.ts"
    assert.deepStrictEqual(found(path, `import { Schema } from "effect"\nimport "effect/http-api"`, ["effect"]), [])
    assert.deepStrictEqual(found(path, `import { readFileSync } from "node:fs"`), [
      `${path}:1 imports: "node:fs": domain imports effect and nothing else`
    ])
    assert.strictEqual(found(path, `import {\n  Redis\n} from "ioredis"`, ["ioredis"]).length, 1)
    assert.strictEqual(found(path, `import { B } from "@flash-sale/infra/Infra"`, ["effect"]).length, 1)
  })

  it("bring nothing but effect and the domain into the audit", () => {
    const path = "packages/audit/src/A.ts"
    const declared = ["effect", "@flash-sale/domain", "ioredis"]
    assert.deepStrictEqual(found(path, `import "effect"\nimport "@flash-sale/domain/Ids"`, declared), [])
    assert.deepStrictEqual(found(path, `import "ioredis"`, declared), [
      `${path}:1 imports: "ioredis": audit imports effect, @flash-sale/domain and nothing else`
    ])
    assert.strictEqual(found(path, `import "node:fs"`, declared).length, 1)
  })

  it("bring nothing into the client, and the client into nothing", () => {
    const path = "packages/client/src/A.ts"
    assert.deepStrictEqual(found(path, `import { B } from "./calls/B.ts"`), [])
    for (const specifier of ["effect", "node:fs", "@flash-sale/domain/api/Errors"]) {
      assert.deepStrictEqual(found(path, `import "${specifier}"`, ["effect", "@flash-sale/domain"]), [
        `${path}:1 imports: "${specifier}": client imports its own files and nothing else`
      ])
    }
  })

  it("reach infra at its public modules only", () => {
    const path = "packages/gateway/src/A.ts"
    const declared = ["@flash-sale/infra"]
    for (const open of ["Infra", "Settings", "actor/BatchLine", "http/Listener", "observability/Log"]) {
      assert.deepStrictEqual(found(path, `import * as B from "@flash-sale/infra/${open}"`, declared), [], open)
    }
    assert.deepStrictEqual(found(path, `import * as R from "@flash-sale/infra/redis/Keys"`, declared), [
      `${path}:1 imports: "@flash-sale/infra/redis/Keys": adapters are chosen by Infra alone`
    ])
  })

  it("have their ending and stay inside of the package where they are relative", () => {
    const path = "packages/gateway/src/live/A.ts"
    assert.deepStrictEqual(found(path, `import * as B from "../B.ts"`), [])
    assert.strictEqual(found(path, `import * as B from "../B"`).length, 1)
    assert.strictEqual(found(path, `import * as B from "../../../domain/src/Ids.ts"`).length, 1)
    assert.strictEqual(found(path, `import * as W from "../../../../test/simulation/World.ts"`).length, 1)
    assert.strictEqual(found(path, `import * as B from "@flash-sale/gateway/B"`).length, 1)
  })

  it("are declared where they are used", () => {
    const text = `import { Redis } from "ioredis"`
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", text, ["ioredis"]), [])
    assert.deepStrictEqual(found("packages/infra/src/redis/A.ts", text), [
      `packages/infra/src/redis/A.ts:1 imports: "ioredis" is not in packages/infra/package.json`
    ])
  })

  it("take a technology into the files that are excepted alone", () => {
    const chooses = file("packages/infra/src/Infra.ts", "./kafka/A.ts", "./redis/A.ts", "./actor/A.ts")
    const other = file("packages/infra/src/Other.ts", "./actor/A.ts", "./redis/A.ts")
    const exceptions = { [chooses.path]: "chooses" }
    assert.deepStrictEqual(checkAdapters([chooses], exceptions), [])
    assert.deepStrictEqual(checkAdapters([chooses, other], exceptions).map(format), [
      "packages/infra/src/Other.ts:2 adapters: only Infra knows the adapters of redis. Take from Infra what you need."
    ])
    assert.deepStrictEqual(places(checkAdapters([other], exceptions)), [
      "packages/infra/src/Other.ts:2 adapters",
      "packages/infra/src/Infra.ts:1 exceptions"
    ])
  })
})
