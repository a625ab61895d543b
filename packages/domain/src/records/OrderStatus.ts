/** The status of an order as the buyer sees it, and the rule by which a status only ever moves forwards. */
import { Schema } from "effect"
import { Amount, Attempt, CorrelationId, ItemId, RequestId } from "./Ids.ts"
import { Offset } from "./Partition.ts"

/** The words of the public contract. */
export const OrderStatus = Schema.Literals([
  "PENDING",
  "RESERVED",
  "COMPLETED",
  "FAILED_SOLD_OUT",
  "FAILED_LIMIT",
  "FAILED_PAYMENT",
  "FAILED",
  "CANCELLED"
]).annotate({
  description: "`PENDING` until the order is decided, `RESERVED` while its payment is under way; the others are final"
})
export type OrderStatus = typeof OrderStatus.Type

/** How far along a status is within its attempt: 0 in the log, 1 held, 2 final. */
export const rank = (status: OrderStatus): 0 | 1 | 2 => status === "PENDING" ? 0 : status === "RESERVED" ? 1 : 2

/** A final status never changes, except that replaying a dead letter starts a new attempt. */
export const isFinal = (status: OrderStatus): boolean => rank(status) === 2

/** The words of orders whose units were never held. */
const TURNED_AWAY: ReadonlyArray<OrderStatus> = ["PENDING", "FAILED_SOLD_OUT", "FAILED_LIMIT", "FAILED"]

/** Whether the order holds units, or has held some: only such an order has a later attempt. */
export const hasHeldUnits = ({ attempt, status }: Pick<StatusRecord, "attempt" | "status">): boolean =>
  attempt > 1 || !TURNED_AWAY.includes(status)

/**
 * The stored status of one request. Wire names are those of `GET /orders/:request_id` and of the key
 * `order_status:<request_id>`.
 *
 * **Details**: `placedAtOffset` is the offset of the order's record, absent while the gateway knows only that the order
 * was accepted; it is persisted as `place` (decision 0023). `amount` is absent where the order could not be understood.
 * `updatedAt` is ISO 8601 in UTC. `fingerprint` and `placedAtOffset` are the engine's own and never leave it.
 */
export const StatusRecord = Schema.Struct({
  requestId: RequestId,
  itemId: ItemId,
  amount: Schema.optionalKey(Amount),
  status: OrderStatus,
  reason: Schema.optionalKey(Schema.String),
  attempt: Attempt,
  correlationId: CorrelationId,
  updatedAt: Schema.String,
  fingerprint: Schema.String,
  placedAtOffset: Schema.optionalKey(Offset)
}).pipe(
  Schema.encodeKeys({
    requestId: "request_id",
    itemId: "item_id",
    correlationId: "correlation_id",
    updatedAt: "updated_at",
    placedAtOffset: "place"
  })
).annotate({ identifier: "StatusRecord" })
export type StatusRecord = typeof StatusRecord.Type

/** A status as JSON, under the names on the wire: the output of the schema at a tenth of its cost. */
export const write = (record: StatusRecord): string =>
  JSON.stringify({
    request_id: record.requestId,
    item_id: record.itemId,
    amount: record.amount,
    status: record.status,
    reason: record.reason,
    attempt: record.attempt,
    correlation_id: record.correlationId,
    updated_at: record.updatedAt,
    fingerprint: record.fingerprint,
    place: record.placedAtOffset
  })

/**
 * What decides which of two statuses of one order is later. An offset that is not known yet comes before all others.
 */
export type StatusStamp = Pick<StatusRecord, "attempt" | "status" | "placedAtOffset">

/**
 * Whether `next` may replace `current`: a later attempt, or the same attempt of a later record, or a further step of
 * the same one. Equal stamps are no step forwards: writing again what is there changes nothing.
 */
export const isForward = (current: StatusStamp, next: StatusStamp): boolean => {
  if (next.attempt !== current.attempt) return next.attempt > current.attempt
  const currentOffset = current.placedAtOffset ?? -1
  const nextOffset = next.placedAtOffset ?? -1
  if (rank(current.status) > 0 && rank(next.status) > 0 && nextOffset !== currentOffset) {
    return nextOffset > currentOffset
  }
  return rank(next.status) > rank(current.status)
}

/**
 * Whose status stands where two orders came under one request id: 0 of a record that could not be understood, and so is
 * nobody's; 1 of an order that was turned away; 2 of one that held units.
 */
export const standing = (record: Pick<StatusRecord, "attempt" | "status" | "fingerprint">): 0 | 1 | 2 =>
  record.fingerprint === "" ? 0 : hasHeldUnits(record) ? 2 : 1

/**
 * Whether the status `next` may replace `current` under the same request id, of which `isLeased` says whether it is a
 * claim. Within one order by `isForward`; between two orders as follows, and `lua/write_status.lua` is its twin:
 *
 * - What a fold has decided replaces a claim or a PENDING of another order of the same item: the item's fold knows of
 *   both, and says whose the request id is.
 * - What a fold has decided of an order replaces the decided status of one with a lesser `standing`.
 * - Anything else leaves what is there. So a claim gives way to its own item alone, which decides it.
 *
 * Why: docs/decisions/0032-a-request-id-used-again.md.
 */
export const mayReplace = (current: StatusRecord, next: StatusRecord, isLeased = false): boolean => {
  if (current.itemId === next.itemId && current.fingerprint === next.fingerprint) {
    return isLeased || isForward(current, next)
  }
  if (next.status === "PENDING") return false
  if (current.status === "PENDING") return current.itemId === next.itemId
  return standing(next) > standing(current)
}
