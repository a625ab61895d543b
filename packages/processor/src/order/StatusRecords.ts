/** What is written of an order for its buyer. */
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import { fingerprint, type RecordedOrder } from "@flash-sale/domain/records/Order"
import type { OrderStatus, StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import * as OrderTrace from "@flash-sale/domain/records/OrderTrace"
import type { Offset } from "@flash-sale/domain/records/Partition"
import type { RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as RefundsDue from "@flash-sale/domain/rules/checkout/RefundsDue"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import type { Amendment } from "./Action.ts"
import type { KnownOrder, OpenOrder } from "./OpenOrder.ts"

/** The order of an outcome, whose record has this trace; undefined where the ledger does not have it. */
export const inLedger = (
  itemId: ItemId,
  requestId: RequestId,
  trace: OrderTrace.OrderTrace,
  { amount, attempt, hold, open, userId }: OrderOutcome
): KnownOrder | undefined =>
  userId === undefined || amount === undefined ? undefined : {
    ...OrderTrace.of(trace),
    ...(open === undefined ? {} : { correlationId: open.correlationId }),
    itemId,
    requestId,
    attempt,
    userId,
    amount,
    isHold: hold !== undefined
  }

/** The same, and as its record has it where it never held units. */
export const placedBy = (
  order: Pick<RecordedOrder, "itemId" | "requestId" | "userId" | "amount">,
  trace: OrderTrace.OrderTrace,
  isHold: boolean,
  outcome: OrderOutcome
): KnownOrder => {
  const { amount, itemId, requestId, userId } = order
  return inLedger(itemId, requestId, trace, outcome) ??
    { ...OrderTrace.of(trace), itemId, requestId, attempt: outcome.attempt, userId, amount, isHold }
}

type Shown = Pick<OrderOutcome, "state" | "reason" | "attempt" | "placedAtOffset" | "hold" | "open" | "refundsDue">

/** The payments that are due back, as the buyer of the order is shown them. */
export const refundDue = (
  refundsDue: ReadonlyArray<RefundDue>,
  owner: KnownOrder["userId"] | undefined
): Pick<StatusRecord, "refundDue"> => {
  if (refundsDue.length === 0) return {}
  const shown = RefundsDue.shownTo(refundsDue, owner).map(({ reference }) => ({ reference }))
  return shown.length === 0 ? {} : { refundDue: shown }
}

/** The status of an order after a fold. `updatedAt` is ISO 8601 in UTC. */
export const of = (
  { amount, correlationId, isHold, itemId, requestId, userId }: KnownOrder,
  outcome: Shown,
  status: OrderStatus,
  updatedAt: string
): StatusRecord => {
  const { attempt, placedAtOffset, refundsDue } = outcome
  const reason = OutcomeStatus.reasonText(outcome)
  return {
    requestId,
    itemId,
    amount,
    status,
    ...(reason === undefined ? {} : { reason }),
    attempt,
    ...OutcomeStatus.progress(outcome),
    ...refundDue(refundsDue, userId),
    correlationId,
    updatedAt,
    fingerprint: fingerprint({ userId, itemId, amount }, isHold),
    // An offset that the log gave.
    placedAtOffset: placedAtOffset as Offset
  }
}

/**
 * The same where the record does not say by which correlation id the order is found: the status that is there does, if
 * there is one.
 */
export const amending = (made: StatusRecord): Amendment => ({
  requestId: made.requestId,
  amend: (found) =>
    found?.itemId === made.itemId && found.fingerprint === made.fingerprint
      ? { ...made, correlationId: found.correlationId }
      : made
})

/** The status of an order that is held: all of it is known from when that began. */
export const reserved = (order: OpenOrder): StatusRecord =>
  of(order, { ...order, state: "held", reason: undefined, open: undefined }, "RESERVED", Moment.isoOf(order.heldAt))
