/** Test events that were asked for, and what became of them. */
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { TestResult } from "@flash-sale/domain/webhooks/Sending"
import type { TestOutcome } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import type { Row, Session } from "../sql/Session.ts"

/** The outcomes that are kept. */
const MAX_TESTS = 1_000
/** The most tests of one endpoint that nobody has sent yet. */
export const MAX_ASKED = 10

export const insert = (session: Session, endpoint: string, id: string, now: number) =>
  Effect.gen(function*() {
    yield* session.all("INSERT INTO webhook_tests(id, endpoint, asked_at) VALUES ($1, $2, $3)", id, endpoint, now)
    yield* session.all(`DELETE FROM webhook_tests WHERE n <= (
      SELECT n FROM webhook_tests ORDER BY n DESC LIMIT 1 OFFSET ${MAX_TESTS})`)
  })

export const settle = (session: Session, id: string, result: TestResult) =>
  session.all(
    "UPDATE webhook_tests SET done_at = $2, delivered = $3, status = $4, error = $5, took_millis = $6 WHERE id = $1",
    id,
    result.doneAt,
    result.isDelivered ? 1 : 0,
    result.status ?? null,
    result.error === undefined ? null : Columns.storable(result.error),
    Math.round(result.tookMillis)
  )

export const read = (row: Row): TestOutcome => {
  const delivered = Columns.optionalInteger(row, "delivered")
  return {
    id: Columns.text(row, "id"),
    endpoint: EndpointName.make(Columns.text(row, "endpoint")),
    askedAt: Columns.integer(row, "asked_at"),
    doneAt: Columns.optionalInteger(row, "done_at"),
    isDelivered: delivered === undefined ? undefined : delivered === 1,
    status: Columns.optionalInteger(row, "status"),
    error: Columns.optionalText(row, "error"),
    tookMillis: Columns.optionalInteger(row, "took_millis")
  }
}
