/** What is changed of an endpoint by who delivers to it, as long as that is so. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { LastAttempts } from "@flash-sale/domain/webhooks/Sending"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import type { Session } from "../sql/Session.ts"

/** Whether this instance still holds the endpoint: asked in the transaction that changes its state. */
export const isHeld = (session: Session, endpoint: string, holder: string) =>
  Effect.map(
    session.all("SELECT 1 AS held FROM webhook_endpoints WHERE name = $1 AND holder = $2", endpoint, holder),
    (rows) => rows.length > 0
  )

/** Moves the cursor, never back, and keeps the last attempts, where this instance still holds the endpoint. */
const ADVANCE = `UPDATE webhook_endpoints SET
    cursor = CASE WHEN cursor < $3 THEN $3 ELSE cursor END,
    last_success_at = coalesce($4, last_success_at),
    last_failure_at = coalesce($5, last_failure_at),
    last_failure = coalesce($6, last_failure)
  WHERE name = $1 AND holder = $2 RETURNING name`

/** False where another holds it now, and nothing is changed. One statement: it is run for each page of events. */
export const advance = (
  session: Session,
  endpoint: string,
  holder: string,
  cursor: number,
  { failure, successAt }: LastAttempts
): Effect.Effect<boolean, ArchiveUnavailable> => {
  const failed = failure === undefined ? [null, null] : [failure.at, Columns.storable(failure.error)]
  return Effect.map(
    session.all(ADVANCE, endpoint, holder, cursor, successAt ?? null, ...failed),
    (rows) => rows.length > 0
  )
}

/** Keeps the last attempts for who asks. */
export const saveLast = (session: Session, endpoint: string, { failure, successAt }: LastAttempts) =>
  Effect.gen(function*() {
    if (successAt !== undefined) {
      yield* session.all("UPDATE webhook_endpoints SET last_success_at = $2 WHERE name = $1", endpoint, successAt)
    }
    if (failure === undefined) return
    yield* session.all(
      "UPDATE webhook_endpoints SET last_failure_at = $2, last_failure = $3 WHERE name = $1",
      endpoint,
      failure.at,
      Columns.storable(failure.error)
    )
  })
