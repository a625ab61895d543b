/** The headers of a record of the topic `orders`: what kind of record it is, and what a gateway knew of its order. */
import { Schema } from "effect"
import type { Command } from "../Command.ts"
import { type CorrelationId, isAttempt, isCorrelationId, isRequestId, type RequestId } from "../Ids.ts"
import { isInstant } from "../Instant.ts"
import { isChangeReason, isOperatorName, type Operator } from "../operator/Operator.ts"
import type { MetadataJson } from "../OrderMetadata.ts"
import * as OrderMetadata from "../OrderMetadata.ts"
import type { OrderTrace } from "../OrderTrace.ts"

/** Headers as text, by name. Of a header that occurs several times the first counts. */
export type RecordHeaders = Readonly<Record<string, string>>

/** The values of the header `type`; `place` is the default where the header is absent. */
export const RecordType = Schema.Literals([
  "place",
  "settle",
  "adjust",
  "cancel",
  "give-up",
  "sale",
  "rules",
  "hold",
  "confirm",
  "expire",
  "refund"
])
export type RecordType = typeof RecordType.Type

/**
 * Names of the headers. `accepted_at` is in milliseconds since 1970 (UTC); `origin` says of a forwarded record where it
 * was: `partition:offset`, and `topic/partition:offset` once the log was moved to another topic. `by` and `reason` say
 * of a change by hand who made it, and why, and `metadata` is the shop's own; nothing is decided by them.
 */
export const Header = {
  type: "type",
  correlationId: "correlation_id",
  requestId: "request_id",
  traceparent: "traceparent",
  metadata: "metadata",
  acceptedAt: "accepted_at",
  attempt: "attempt",
  origin: "origin",
  by: "by",
  reason: "reason"
} as const

type Place = Extract<Command, { readonly _tag: "Place" }>
type Hold = Extract<Command, { readonly _tag: "Hold" }>

/** The headers by which everything about an order is found. */
export const ofOrder = (requestId: RequestId, { correlationId, traceparent }: OrderTrace): RecordHeaders => ({
  [Header.correlationId]: correlationId,
  [Header.requestId]: requestId,
  ...(traceparent === undefined ? {} : { [Header.traceparent]: traceparent })
})

/** The headers of the record that holds units. */
export const ofHold = (command: Hold): RecordHeaders => ({
  ...ofOrder(command.order.requestId, command),
  [Header.acceptedAt]: String(command.acceptedAt),
  ...(command.metadata === undefined ? {} : { [Header.metadata]: command.metadata })
})

/** The headers of the record that places an order, in the order in which consumers of the topic show them. */
export const ofPlace = (command: Place): RecordHeaders => ({
  [Header.correlationId]: command.correlationId,
  [Header.requestId]: command.order.requestId,
  [Header.acceptedAt]: String(command.acceptedAt),
  ...(command.attempt > 1 ? { [Header.attempt]: String(command.attempt) } : {}),
  ...(command.traceparent === undefined ? {} : { [Header.traceparent]: command.traceparent }),
  ...(command.metadata === undefined ? {} : { [Header.metadata]: command.metadata })
})

/** The headers of a record that a person has appended. */
export const ofOperator = ({ by, reason }: Operator): RecordHeaders => ({
  [Header.by]: by,
  ...(reason === undefined ? {} : { [Header.reason]: reason })
})

/** Who appended the record by hand; undefined where nobody did, or the headers hold what no operator may have typed. */
export const operatorOf = (headers: RecordHeaders): Operator | undefined => {
  const { [Header.by]: by, [Header.reason]: reason } = headers
  if (by === undefined || !isOperatorName(by)) return undefined
  return reason !== undefined && isChangeReason(reason) ? { by, reason } : { by }
}

const types: ReadonlySet<string> = new Set(RecordType.literals)
const isRecordType = (text: string): text is RecordType => types.has(text)
/** Digits and nothing else: JavaScript reads an empty text as 0, which would be a time before every sale. */
const WHOLE_NUMBER = /^\d{1,16}$/

/** The kind of record; undefined where the header holds no known type. */
export const typeOf = (headers: RecordHeaders): RecordType | undefined => {
  const text = headers[Header.type] ?? "place"
  return isRecordType(text) ? text : undefined
}

/** The number of the attempt, 1 where the header is absent; undefined where it holds no attempt's number. */
export const attemptOf = (headers: RecordHeaders): number | undefined => numberOf(headers, Header.attempt, 1, isAttempt)

/**
 * When the gateway accepted the order, in milliseconds since 1970 (UTC): the record's own time where the header is
 * absent; undefined where it holds no time.
 */
export const acceptedAtOf = (headers: RecordHeaders, timestamp: number): number | undefined =>
  numberOf(headers, Header.acceptedAt, timestamp, isInstant)

/** The correlation id; undefined where the header is absent or holds none. */
export const correlationIdOf = (headers: RecordHeaders): CorrelationId | undefined => {
  const id = headers[Header.correlationId]
  return isCorrelationId(id) ? id : undefined
}

/** The request id; undefined where the header is absent or holds none. */
export const requestIdOf = (headers: RecordHeaders): RequestId | undefined => {
  const id = headers[Header.requestId]
  return isRequestId(id) ? id : undefined
}

/** The metadata of the order; undefined where the header is absent or holds none. */
export const metadataOf = (headers: RecordHeaders): MetadataJson | undefined => {
  const text = headers[Header.metadata]
  return text === undefined ? undefined : OrderMetadata.read(text)
}

const numberOf = (
  headers: RecordHeaders,
  name: string,
  absent: number,
  isValid: (value: number) => boolean
): number | undefined => {
  const text = headers[name]
  if (text === undefined) return absent
  const number = WHOLE_NUMBER.test(text) ? Number(text) : undefined
  return number !== undefined && isValid(number) ? number : undefined
}
