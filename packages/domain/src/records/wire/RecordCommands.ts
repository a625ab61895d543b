/** The commands that records hold. Reading never fails: what cannot be understood is the command `Unreadable`. */
import { Result, type Schema } from "effect"
import { Command } from "../Command.ts"
import { CorrelationId, type ItemId } from "../Ids.ts"
import { isTraceparent, type OrderTrace } from "../OrderTrace.ts"
import * as RecordHeaders from "./RecordHeaders.ts"
import * as RecordValue from "./RecordValue.ts"

const { Header } = RecordHeaders

/** What is needed of a record beside its value. */
export interface RecordFacts {
  readonly partition: number
  readonly offset: number
  /** The record's own time, milliseconds since 1970 (UTC). */
  readonly timestamp: number
  readonly headers: RecordHeaders.RecordHeaders
}

/** The correlation id of an order that came without one: made of its position, so that a refold makes the same. */
export const defaultCorrelationId = (record: Pick<RecordFacts, "partition" | "offset">): CorrelationId =>
  CorrelationId.make(`orders-${record.partition}-${record.offset}`)

/** What ties the record to its order, by its headers. */
export const traceOf = (record: Pick<RecordFacts, "partition" | "offset" | "headers">): OrderTrace => {
  const traceparent = record.headers[Header.traceparent]
  const correlationId = RecordHeaders.correlationIdOf(record.headers) ?? defaultCorrelationId(record)
  return traceparent !== undefined && isTraceparent(traceparent) ? { correlationId, traceparent } : { correlationId }
}

export const unreadable = ({ headers }: RecordFacts, detail: string): Command => {
  const requestId = RecordHeaders.requestIdOf(headers)
  const correlationId = RecordHeaders.correlationIdOf(headers)
  return Command.Unreadable({
    detail,
    attempt: RecordHeaders.attemptOf(headers) ?? 1,
    ...(requestId === undefined ? {} : { requestId }),
    ...(correlationId === undefined ? {} : { correlationId })
  })
}

export const from = <A>(
  record: RecordFacts,
  value: Result.Result<A, Schema.SchemaError>,
  f: (value: A) => Command
): Command => Result.isSuccess(value) ? f(value.success) : unreadable(record, value.failure.message)

const OTHER_ITEM = "the order is for another item than the record's key"

export const place = (itemId: ItemId, record: RecordFacts, text: string): Command => {
  const attempt = RecordHeaders.attemptOf(record.headers)
  const acceptedAt = RecordHeaders.acceptedAtOf(record.headers, record.timestamp)
  if (attempt === undefined) return unreadable(record, "the header attempt is no attempt's number")
  if (acceptedAt === undefined) return unreadable(record, "the header accepted_at is no time")
  const { correlationId, traceparent } = traceOf(record)
  const metadata = RecordHeaders.metadataOf(record.headers)
  return from(record, RecordValue.readOrder(text), (order) => {
    if (order.itemId !== itemId) return unreadable(record, OTHER_ITEM)
    const placed: Command = traceparent === undefined
      ? { _tag: "Place", order, attempt, acceptedAt, correlationId }
      : { _tag: "Place", order, attempt, acceptedAt, correlationId, traceparent }
    return metadata === undefined ? placed : { ...placed, metadata }
  })
}

/** A hold is the first attempt at its order: a later one is placed and paid at once. */
export const hold = (itemId: ItemId, record: RecordFacts, text: string): Command => {
  const acceptedAt = RecordHeaders.acceptedAtOf(record.headers, record.timestamp)
  if (RecordHeaders.attemptOf(record.headers) !== 1) return unreadable(record, "a hold has no later attempt")
  if (acceptedAt === undefined) return unreadable(record, "the header accepted_at is no time")
  const metadata = RecordHeaders.metadataOf(record.headers)
  const notes = metadata === undefined ? {} : { metadata }
  return from(record, RecordValue.readHold(text), (order) =>
    order.itemId === itemId
      ? { _tag: "Hold", order, acceptedAt, ...traceOf(record), ...notes }
      : unreadable(record, OTHER_ITEM))
}

export const confirm = (record: RecordFacts, text: string): Command =>
  from(record, RecordValue.readConfirm(text), (body) => ({ _tag: "Confirm", ...body, ...traceOf(record) }))

export const refund = (record: RecordFacts, text: string): Command =>
  from(record, RecordValue.readRefund(text), (body) => ({ _tag: "Refund", ...body, ...traceOf(record) }))
