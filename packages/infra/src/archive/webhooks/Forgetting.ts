/** Forgets endpoints that no file lists any more, with all that is kept of them, a bounded number of rows at once. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Forgotten } from "@flash-sale/domain/webhooks/Sending"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Dialect, Session } from "../sql/Session.ts"

/** Takes it for the rest of the transaction: who lists it meanwhile waits, and begins it anew where it is gone then. */
const take = (now: string) =>
  `UPDATE webhook_endpoints SET holder = NULL, held_until = NULL WHERE name = (
    SELECT name FROM webhook_endpoints WHERE listed = 0 AND unlisted_at <= ${now} - $1
    ORDER BY unlisted_at, name LIMIT 1
  ) AND listed = 0 RETURNING name`

const DELIVERIES = `DELETE FROM webhook_deliveries WHERE n IN (
    SELECT n FROM webhook_deliveries WHERE endpoint = $1 ORDER BY n LIMIT $2
  ) RETURNING n`

/** Few rows each: as many tests as are kept, and replays, which people ask for. */
const REST = [
  "DELETE FROM webhook_replays WHERE endpoint = $1",
  "DELETE FROM webhook_tests WHERE endpoint = $1",
  "DELETE FROM webhook_endpoints WHERE name = $1"
]

/** One step, in the transaction of who writes. */
export const step = (
  { now }: Pick<Dialect, "now">,
  session: Session,
  keptMillis: number,
  limit: number
): Effect.Effect<Forgotten, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [row] = yield* session.all(take(now), keptMillis)
    if (row === undefined) return { name: undefined, isDone: true }
    const name = yield* decoded(() => EndpointName.make(Columns.text(row, "name")))
    const deleted = yield* session.all(DELIVERIES, name, limit)
    if (deleted.length === limit) return { name: undefined, isDone: false }
    for (const statement of REST) yield* session.all(statement, name)
    return { name, isDone: false }
  })
