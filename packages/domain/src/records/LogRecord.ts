/**
 * Records of the topic `orders`: the wire form of commands. Keyed by item, the kind in the header `type`.
 *
 * **Details**: decoding never fails. What cannot be understood becomes the command `Unreadable`, which is folded (and
 * dead-lettered) like any other, so that a poison message never stops a partition.
 */
import { Result, Schema } from "effect"
import * as Command from "./Command.ts"
import { CorrelationId, isAttempt, isCorrelationId, isItemId, isRequestId, type ItemId } from "./Ids.ts"
import * as Json from "./Json.ts"
import * as Order from "./Order.ts"
import type { Offset, PartitionId } from "./Partition.ts"
import * as Utf8 from "./Utf8.ts"

/** The values of the header `type`; `place` is the default where the header is absent. */
export const RecordType = Schema.Literals(["place", "settle", "adjust", "cancel", "give-up", "sale", "rules"])
export type RecordType = typeof RecordType.Type

/** Names of the headers. `accepted_at` is in milliseconds since 1970 (UTC). */
export const Header = {
  type: "type",
  correlationId: "correlation_id",
  requestId: "request_id",
  traceparent: "traceparent",
  acceptedAt: "accepted_at",
  attempt: "attempt"
} as const

/** A record as it is read. Key and headers are text; the value is kept byte for byte for the dead letters. */
export interface LogRecord {
  readonly partition: PartitionId
  readonly offset: Offset
  /** The record's own time, milliseconds since 1970 (UTC). */
  readonly timestamp: number
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** A record to append. Its partition is the home of its item. */
export interface NewRecord {
  readonly itemId: ItemId
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** Where an appended record stands. */
export interface LogPosition {
  readonly partition: PartitionId
  readonly offset: Offset
}

const SettleBody = Schema.Struct({
  settlements: Schema.Array(Command.Settlement).check(
    Schema.isBetweenLength(1, Command.MAX_SETTLEMENTS)
  )
})

const json = <S extends Schema.Constraint>(schema: S) => Schema.fromJsonString(schema)

const encodeAdjust = Schema.encodeSync(json(Command.Adjustment))
const encodeOrderRef = Schema.encodeSync(json(Command.OrderRef))
const encodeSale = Schema.encodeSync(json(Command.SalePatch))
const encodeRules = Schema.encodeSync(json(Command.RulesVersion))

type Encodable = Exclude<Command.Command, { readonly _tag: "Unreadable" }>

/** The record of a command. The opposite of `decode`. */
export const encode = (itemId: ItemId, command: Encodable): NewRecord => {
  switch (command._tag) {
    case "Place":
      return {
        itemId,
        value: Order.write(command.order),
        headers: {
          [Header.correlationId]: command.correlationId,
          [Header.requestId]: command.order.requestId,
          [Header.acceptedAt]: String(command.acceptedAt),
          ...(command.attempt > 1 ? { [Header.attempt]: String(command.attempt) } : {}),
          ...(command.traceparent === undefined ? {} : { [Header.traceparent]: command.traceparent })
        }
      }
    case "Settle":
      return of(itemId, "settle", writeSettle(command.settlements))
    case "Adjust":
      return of(itemId, "adjust", encodeAdjust(command.adjustment))
    case "Cancel":
      return of(itemId, "cancel", encodeOrderRef(command))
    case "GiveUp":
      return of(itemId, "give-up", encodeOrderRef(command))
    case "Sale":
      return of(itemId, "sale", encodeSale(command.patch))
    case "Rules":
      return of(itemId, "rules", encodeRules(command))
  }
}

/** The record of a command about one order, with the headers by which all that concerns the order is found. */
export const concerning = (
  record: NewRecord,
  { correlationId, order: { requestId }, traceparent }: Extract<Command.Command, { readonly _tag: "Place" }>
): NewRecord => ({
  ...record,
  headers: {
    ...record.headers,
    [Header.correlationId]: correlationId,
    [Header.requestId]: requestId,
    ...(traceparent === undefined ? {} : { [Header.traceparent]: traceparent })
  }
})

const writeSettle = (settlements: ReadonlyArray<Command.Settlement>): string =>
  JSON.stringify({
    settlements: settlements.map(({ attempt, outcome, requestId }) => ({ request_id: requestId, attempt, outcome }))
  })

const of = (itemId: ItemId, type: RecordType, value: string): NewRecord => ({
  itemId,
  value,
  headers: { [Header.type]: type }
})

const types: ReadonlySet<string> = new Set(RecordType.literals)
const isRecordType = (text: string): text is RecordType => types.has(text)
/** Digits and nothing else: JavaScript takes an empty text for 0, which would be a time before every sale. */
const WHOLE_NUMBER = /^\d{1,16}$/
const decodeOrder = Schema.decodeUnknownResult(json(Order.Order))
const decodeSettle = Schema.decodeUnknownResult(json(SettleBody))
const decodeAdjust = Schema.decodeUnknownResult(json(Command.Adjustment))
const decodeOrderRef = Schema.decodeUnknownResult(json(Command.OrderRef))
const decodeSale = Schema.decodeUnknownResult(json(Command.SalePatch))
const decodeRules = Schema.decodeUnknownResult(json(Command.RulesVersion))

/** The item that a record belongs to; undefined where its key names none, so that it has no home and is not folded. */
export const itemOf = (record: Pick<LogRecord, "key">): ItemId | undefined =>
  isItemId(record.key) ? record.key : undefined

/** The command of a record under the key of `itemId`. */
export const decode = (itemId: ItemId, record: LogRecord): Command.Command => {
  const text = Utf8.textOf(record.value)
  if (text === undefined) return unreadable(record, "the value is not UTF-8")
  const type = record.headers[Header.type] ?? "place"
  if (!isRecordType(type)) return unreadable(record, "the header type names no kind of record")
  switch (type) {
    case "place":
      return decodePlace(itemId, record, text)
    case "settle":
      return decodeSettlements(record, text)
    case "adjust":
      return from(record, decodeAdjust(text), (adjustment) => Command.Command.Adjust({ adjustment }))
    case "cancel":
      return from(record, decodeOrderRef(text), Command.Command.Cancel)
    case "give-up":
      return from(record, decodeOrderRef(text), Command.Command.GiveUp)
    case "sale":
      return from(record, decodeSale(text), (patch) => Command.Command.Sale({ patch }))
    case "rules":
      return from(record, decodeRules(text), Command.Command.Rules)
  }
}

/** The correlation id that a record carries, where it is one. */
export const correlationIdOf = ({ headers }: Pick<LogRecord, "headers">): CorrelationId | undefined => {
  const id = headers[Header.correlationId]
  return isCorrelationId(id) ? id : undefined
}

/** The correlation id of an order that came without one: made of its place, so that a refold makes the same. */
export const defaultCorrelationId = (record: Pick<LogRecord, "partition" | "offset">): CorrelationId =>
  CorrelationId.make(`orders-${record.partition}-${record.offset}`)

const decodeSettlements = (record: LogRecord, text: string): Command.Command => {
  const settlements = readSettle(Json.parse(text))
  return settlements === undefined
    ? from(record, decodeSettle(text), (body) => Command.Command.Settle(body))
    : Command.Command.Settle({ settlements })
}

const readSettle = (body: unknown): ReadonlyArray<Command.Settlement> | undefined => {
  if (!Json.isObject(body) || !Array.isArray(body["settlements"])) return undefined
  const parts: ReadonlyArray<unknown> = body["settlements"]
  if (parts.length === 0 || parts.length > Command.MAX_SETTLEMENTS) return undefined
  const settlements: Array<Command.Settlement> = []
  for (const part of parts) {
    const settlement = Command.readSettlement(part)
    if (settlement === undefined) return undefined
    settlements.push(settlement)
  }
  return settlements
}

const decodePlace = (itemId: ItemId, record: LogRecord, text: string): Command.Command => {
  const attempt = numberHeader(record, Header.attempt, 1, isAttempt)
  const acceptedAt = numberHeader(record, Header.acceptedAt, record.timestamp, Command.isInstant)
  if (attempt === undefined) return unreadable(record, "the header attempt is no attempt's number")
  if (acceptedAt === undefined) return unreadable(record, "the header accepted_at is no time")
  const place = (order: Order.Order): Command.Command =>
    order.itemId !== itemId
      ? unreadable(record, "the order is for another item than the record's key")
      : placeOf(record, order, attempt, acceptedAt)
  const order = Order.read(Json.parse(text))
  return order === undefined ? from(record, decodeOrder(text), place) : place(order)
}

const placeOf = (record: LogRecord, order: Order.Order, attempt: number, acceptedAt: number): Command.Command => {
  const traceparent = record.headers[Header.traceparent]
  const correlationId = correlationIdOf(record) ?? defaultCorrelationId(record)
  return traceparent === undefined
    ? { _tag: "Place", order, attempt, acceptedAt, correlationId }
    : { _tag: "Place", order, attempt, acceptedAt, correlationId, traceparent }
}

const numberHeader = (
  record: LogRecord,
  name: string,
  absent: number,
  isValid: (value: number) => boolean
): number | undefined => {
  const text = record.headers[name]
  if (text === undefined) return absent
  const number = WHOLE_NUMBER.test(text) ? Number(text) : undefined
  return number !== undefined && isValid(number) ? number : undefined
}

const from = <A>(
  record: LogRecord,
  body: Result.Result<A, Schema.SchemaError>,
  f: (body: A) => Command.Command
): Command.Command => Result.isSuccess(body) ? f(body.success) : unreadable(record, body.failure.message)

const unreadable = (record: LogRecord, detail: string): Command.Command => {
  const requestId = record.headers[Header.requestId]
  const correlationId = correlationIdOf(record)
  return Command.Command.Unreadable({
    detail,
    attempt: numberHeader(record, Header.attempt, 1, isAttempt) ?? 1,
    ...(isRequestId(requestId) ? { requestId } : {}),
    ...(correlationId === undefined ? {} : { correlationId })
  })
}
