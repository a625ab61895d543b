/** The outcomes of a record for the orders that it names: what buyers see, and what the processor does next. */
import type { RequestId, UserId } from "../records/Ids.ts"
import type { OrderStatus } from "../records/OrderStatus.ts"
import type { HeldOrder, HoldState, RejectionReason, ReleaseReason } from "./Item.ts"

/**
 * The state of one order after a record was folded.
 *
 * **Details**: `rejected` never held units; `unreadable` could not be understood; `unknown` is not stored, either as it
 * was published long ago or as it never came.
 */
export interface OrderOutcome {
  readonly requestId: RequestId | undefined
  readonly state: HoldState | "rejected" | "unreadable" | "unknown"
  readonly reason: ReleaseReason | RejectionReason | undefined
  readonly attempt: number
  /** The offset of the record that placed this attempt; for the rejection of a duplicate, the duplicate's own. */
  readonly placedAtOffset: number
  /** Whether this record changed the order. A repeated record changes nothing. */
  readonly changed: boolean
  /**
   * The record placed an order of another buyer or amount under the request id of the stored one: all else here is the
   * stored order's, which stays as it is (docs/decisions/0032-a-request-id-used-again.md).
   */
  readonly isReused: boolean
  /** Of the stored order, which for a duplicate is the first one; absent where none ever held units. */
  readonly userId: UserId | undefined
  readonly amount: number | undefined
  readonly price: number | undefined
  readonly currency: string | undefined
}

/** The outcome of one record. `fresh` is false where the record had been folded before. */
export interface RecordOutcome {
  readonly offset: number
  readonly fresh: boolean
  readonly orders: ReadonlyArray<OrderOutcome>
}

export const ofHeld = (requestId: RequestId, order: HeldOrder, changed: boolean): OrderOutcome => ({
  requestId,
  state: order.state,
  reason: order.reason,
  attempt: order.attempt,
  placedAtOffset: order.placedAtOffset,
  changed,
  isReused: false,
  userId: order.userId,
  amount: order.amount,
  price: order.price,
  currency: order.currency
})

const without = (
  requestId: RequestId | undefined,
  state: "rejected" | "unreadable" | "unknown",
  reason: RejectionReason | undefined,
  attempt: number,
  placedAtOffset: number,
  changed: boolean
): OrderOutcome => ({
  requestId,
  state,
  reason,
  attempt,
  placedAtOffset,
  changed,
  isReused: false,
  userId: undefined,
  amount: undefined,
  price: undefined,
  currency: undefined
})

export const rejected = (
  requestId: RequestId,
  reason: RejectionReason,
  attempt: number,
  placedAtOffset: number,
  changed: boolean
): OrderOutcome => without(requestId, "rejected", reason, attempt, placedAtOffset, changed)

export const unreadable = (
  requestId: RequestId | undefined,
  attempt: number,
  placedAtOffset: number,
  changed: boolean
): OrderOutcome => without(requestId, "unreadable", undefined, attempt, placedAtOffset, changed)

export const unknown = (requestId: RequestId | undefined, attempt: number, placedAtOffset: number): OrderOutcome =>
  without(requestId, "unknown", undefined, attempt, placedAtOffset, false)

/** The status that buyers see; undefined where there is nothing (left) to publish. */
export const status = (order: Pick<OrderOutcome, "state" | "reason">): OrderStatus | undefined => {
  switch (order.state) {
    case "held":
    case "voiding":
      return "RESERVED"
    case "sold":
      return "COMPLETED"
    case "released":
    case "rejected":
      return failure(order.reason)
    case "unreadable":
      return "FAILED"
    case "unknown":
      return undefined
  }
}

const failure = (reason: OrderOutcome["reason"]): OrderStatus => {
  switch (reason) {
    case "sold_out":
      return "FAILED_SOLD_OUT"
    case "limit":
      return "FAILED_LIMIT"
    case "declined":
    case "timeout":
      return "FAILED_PAYMENT"
    case "cancelled":
      return "CANCELLED"
    default:
      return "FAILED"
  }
}

/** The `reason` in the status, in words for the buyer; undefined where the status word says it all. */
export const reasonText = (order: Pick<OrderOutcome, "state" | "reason">): string | undefined => {
  if (order.state === "unreadable") return "Invalid Order Format"
  if (order.state !== "released" && order.state !== "rejected") return undefined
  switch (order.reason) {
    case "declined":
      return "Payment Declined"
    case "timeout":
      return "Payment Timeout"
    case "not_open":
      return "Sale Not Open"
    case "closed":
      return "Sale Closed"
    case "paused":
      return "Sale Paused"
    case "limit":
      return "Limit Per Buyer"
    case "sold_out":
      return "Sold Out"
    case "cancelled":
    case undefined:
      return undefined
  }
}
