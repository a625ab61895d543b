/** How every endpoint is that was ever in the file, by name. */
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Dialect, Session } from "../sql/Session.ts"
import * as Counts from "./Counts.ts"

export const read = Effect.fnUntraced(function*(session: Session, dialect: Pick<Dialect, "now">) {
  const [clock] = yield* session.all(`SELECT ${dialect.now} AS now`)
  const now = yield* decoded(() => Columns.integer(clock!, "now"))
  const rows = yield* session.all("SELECT * FROM webhook_endpoints ORDER BY name")
  return yield* Effect.forEach(rows, (row) => Counts.standing(session, row, now))
})
