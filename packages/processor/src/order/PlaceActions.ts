/** What is to be done about a record that places an order. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Action, ReusedRequestId } from "./Action.ts"
import * as FinalActions from "./FinalActions.ts"
import type { KnownOrder, Message, OpenOrder } from "./OpenOrder.ts"
import type { OpenOrders } from "./OpenOrders.ts"
import * as StatusRecords from "./StatusRecords.ts"

type Place = Extract<Command, { readonly _tag: "Place" }>

/** What the records of one fold have in common. */
export interface Fold {
  readonly itemId: ItemId
  readonly open: OpenOrders
  /** Now: in milliseconds since 1970 and as ISO 8601, both in UTC. */
  readonly now: { readonly millis: number; readonly text: string }
  /** From this offset on no letter is put of an order that another record has ended: that one may not be told yet. */
  readonly postponesFrom: number
}

/**
 * Whether the record that has ended the order may not be told yet, and a letter would be put: a letter must not come
 * before its event. Not so of one that is read again once the recovery is over.
 */
const mustWait = (
  { postponesFrom }: Fold,
  { isAdmitted, record }: Message,
  { reason, state }: Outcome.OrderOutcome
): boolean => !isAdmitted && record.offset >= postponesFrom && state === "released" && reason === "timeout"

/** What is left to do at once for a final order, whose record is `message`; the rest where it need not wait. */
export const final = (fold: Fold, message: Message, order: Outcome.OrderOutcome, action: Action): Action => {
  if (mustWait(fold, message, order)) {
    fold.open.postpone(message)
    const { status, toldBy } = action
    return { ...(status === undefined ? {} : { status }), ...(toldBy === undefined ? {} : { toldBy }), postponed: true }
  }
  fold.open.skip(message)
  return action
}

/** What is kept of an order that is held, with the token that its record has. */
export const openOrderOf = (
  order: KnownOrder,
  { record: { key, offset, partition, timestamp, value }, takenAt }: Message,
  { acceptedAt, heldAt, metadata, paymentToken }: Pick<
    OpenOrder,
    "paymentToken" | "metadata" | "acceptedAt" | "heldAt"
  >,
  { currency, hold, placedAtOffset, price, refundsDue, state }: Outcome.OrderOutcome
): OpenOrder => ({
  ...order,
  record: { partition, offset, timestamp, key, value },
  paymentToken,
  metadata,
  placedAtOffset,
  hold,
  refundsDue,
  acceptedAt,
  takenAt,
  heldAt,
  price,
  currency,
  voiding: state === "voiding",
  isHeldBack: false
})

/** Whether the order is to be paid, or its payment is taken back. */
export const isBeingPaid = ({ state }: Outcome.OrderOutcome): boolean => state === "held" || state === "voiding"

export const placed = (fold: Fold, message: Message, command: Place, order: Outcome.OrderOutcome): Action => {
  const { now, open } = fold
  const { record } = message
  const status = OutcomeStatus.status(order)
  const known = StatusRecords.placedBy(command.order, command, false, order)
  if (order.placedAtOffset === record.offset && isBeingPaid(order)) {
    const { acceptedAt, metadata, order: { paymentToken } } = command
    const own = openOrderOf(known, message, { paymentToken, metadata, acceptedAt, heldAt: now.millis }, order)
    if (open.keep(message, own)) return { held: own, toldBy: record }
    // It is read again when there is room; until then its record is not final.
    return { status: StatusRecords.reserved(own), toldBy: record }
  }
  if (status !== undefined && order.placedAtOffset === record.offset) {
    const { acceptedAt, metadata } = command
    const decided = { ...known, record, takenAt: message.takenAt, acceptedAt, metadata }
    return final(fold, message, order, FinalActions.ofOrder(decided, order, status, now.text))
  }
  open.skip(message)
  if (status === undefined) return { done: record.offset }
  return secondRecord(fold, message, known, order, status)
}

/**
 * A second record under the same request id: it has no effect, and the status of the order that is there is written
 * again, whoever sent the record.
 */
export const secondRecord = (
  { now }: Fold,
  { record }: Message,
  known: KnownOrder,
  order: Outcome.OrderOutcome,
  status: OrderStatus
): Action => ({
  status: StatusRecords.of(known, order, status, now.text),
  toldBy: record,
  done: record.offset,
  ...(order.isReused ? { reused: reusedBy(known, record.offset, status) } : {})
})

/** `known` with the trace of the record that came under its request id. */
export const reusedBy = (
  { correlationId, requestId, traceparent }: KnownOrder,
  offset: number,
  status: OrderStatus
): ReusedRequestId => ({ requestId, correlationId, traceparent, status, offset })
