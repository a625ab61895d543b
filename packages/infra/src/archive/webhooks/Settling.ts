/** What becomes of deliveries that waited. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { Failure, WaitingDelivery } from "@flash-sale/domain/webhooks/Sending"
import { MAX_DEAD } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"
import type { Session, Statement } from "../sql/Session.ts"
import { DEAD, failureColumns } from "./DeliveryRows.ts"

const DELETE: Statement = {
  columns: { n: "integer" },
  sql: "DELETE FROM webhook_deliveries WHERE n IN (SELECT n FROM input)"
}

const FAILED: Statement = {
  columns: {
    n: "integer",
    state: "text",
    attempts: "integer",
    due_at: "integer",
    last_attempt_at: "integer",
    status: "integer",
    error: "text"
  },
  sql: `UPDATE webhook_deliveries SET state = input.state, attempts = input.attempts, due_at = input.due_at,
      last_attempt_at = input.last_attempt_at, status = input.status, error = input.error
    FROM input WHERE webhook_deliveries.n = input.n`
}

/** The oldest dead ones beyond the bound. */
const TRIM = `DELETE FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DEAD}' AND n <= (
    SELECT n FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DEAD}'
    ORDER BY n DESC LIMIT 1 OFFSET ${MAX_DEAD}
  )`

export const settle = (
  session: Session,
  endpoint: string,
  results: ReadonlyArray<{ readonly delivery: WaitingDelivery; readonly failure: Failure | undefined }>
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const delivered = results.filter(({ failure }) => failure === undefined)
    const failed = results.flatMap(({ delivery, failure }) =>
      failure === undefined
        ? []
        : [{ n: delivery.n, attempts: delivery.attempts + 1, ...failureColumns(failure) }]
    )
    yield* session.each(DELETE, delivered.map(({ delivery }) => ({ n: delivery.n })))
    yield* session.each(FAILED, failed)
    if (failed.some(({ state }) => state === DEAD)) yield* session.all(TRIM, endpoint)
  })
