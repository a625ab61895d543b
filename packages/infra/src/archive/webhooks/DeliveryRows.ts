/** The rows of deliveries: those that wait for their next attempt, and those that are dead. */
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { ArchivedEvent, Failure, WaitingDelivery } from "@flash-sale/domain/webhooks/Sending"
import { type DeliveryState, type WebhookDelivery } from "@flash-sale/domain/webhooks/Standing"
import * as Columns from "../sql/Columns.ts"
import type { Row, Session, Statement } from "../sql/Session.ts"

export const WAITING: DeliveryState = "waiting"
export const DEAD: DeliveryState = "dead"

const COLUMNS = {
  endpoint: "text",
  entry: "integer",
  event_id: "text",
  type: "text",
  item_id: "text",
  request_id: "text",
  body: "text",
  state: "text",
  attempts: "integer",
  due_at: "integer",
  created_at: "integer",
  last_attempt_at: "integer",
  status: "integer",
  error: "text"
} as const
const LISTED = Object.keys(COLUMNS).join(", ")

/** A row of the same event is there where a replay asked for it: it begins anew. */
const INSERT: Statement = {
  columns: COLUMNS,
  sql: `INSERT INTO webhook_deliveries(${LISTED}) SELECT ${LISTED} FROM input WHERE true
    ON CONFLICT(endpoint, entry) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
      due_at = excluded.due_at, last_attempt_at = excluded.last_attempt_at, status = excluded.status,
      error = excluded.error`
}

const eventColumns = (endpoint: string, event: ArchivedEvent) => ({
  endpoint,
  entry: event.entry,
  event_id: event.id,
  type: event.type,
  item_id: event.itemId,
  request_id: event.requestId,
  body: event.body
})

/** What the columns of an attempt that failed hold. */
export const failureColumns = (failure: Failure) => ({
  state: failure.dueAt === undefined ? DEAD : WAITING,
  // Where it is dead the moment is of no use, and the column has one.
  due_at: failure.dueAt ?? failure.at,
  last_attempt_at: failure.at,
  status: failure.status ?? null,
  error: Columns.storable(failure.error)
})

/** Keeps events whose first attempt failed. */
export const insertFailed = (
  session: Session,
  endpoint: string,
  failed: ReadonlyArray<{ readonly event: ArchivedEvent; readonly failure: Failure }>
) =>
  session.each(
    INSERT,
    failed.map(({ event, failure }) => ({
      ...eventColumns(endpoint, event),
      ...failureColumns(failure),
      attempts: 1,
      created_at: failure.at
    }))
  )

/** Keeps events that are to be sent at once. */
export const insertAsked = (session: Session, endpoint: string, events: ReadonlyArray<ArchivedEvent>, now: number) =>
  session.each(
    INSERT,
    events.map((event) => ({
      ...eventColumns(endpoint, event),
      state: WAITING,
      attempts: 0,
      due_at: now,
      created_at: now,
      last_attempt_at: null,
      status: null,
      error: null
    }))
  )

export const DUE = `SELECT * FROM webhook_deliveries
  WHERE endpoint = $1 AND state = '${WAITING}' AND due_at <= $2 ORDER BY due_at, n LIMIT $3`

/** What a clock that was ahead has dated. */
export const REDATE = `UPDATE webhook_deliveries SET due_at = $2
  WHERE endpoint = $1 AND state = '${WAITING}' AND due_at > $2 AND (attempts = 0 OR last_attempt_at > $2)`

export const readWaiting = (row: Row): WaitingDelivery => ({
  n: Columns.integer(row, "n"),
  attempts: Columns.integer(row, "attempts"),
  event: {
    entry: Columns.integer(row, "entry"),
    id: Columns.text(row, "event_id"),
    type: Columns.text(row, "type"),
    at: Columns.integer(row, "created_at"),
    itemId: Columns.text(row, "item_id"),
    requestId: Columns.text(row, "request_id"),
    body: Columns.text(row, "body")
  }
})

/** Ids of what is not there are empty. */
const idOrNone = (row: Row, column: string) => Columns.text(row, column) || undefined

export const read = (row: Row): WebhookDelivery => {
  const state = Columns.text(row, "state") === DEAD ? DEAD : WAITING
  return {
    endpoint: EndpointName.make(Columns.text(row, "endpoint")),
    eventId: Columns.text(row, "event_id"),
    type: Columns.text(row, "type"),
    itemId: idOrNone(row, "item_id"),
    requestId: idOrNone(row, "request_id"),
    state,
    attempts: Columns.integer(row, "attempts"),
    dueAt: state === DEAD ? undefined : Columns.integer(row, "due_at"),
    createdAt: Columns.integer(row, "created_at"),
    lastAttemptAt: Columns.optionalInteger(row, "last_attempt_at"),
    status: Columns.optionalInteger(row, "status"),
    error: Columns.optionalText(row, "error")
  }
}
