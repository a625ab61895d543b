/** The outcomes of a record for the orders that it names: what buyers see, and what the processor does next. */
import { HashMap, Option } from "effect"
import type { RequestId, UserId } from "../records/Ids.ts"
import type { HoldFacts, OpenOrder, RefundDue } from "./checkout/CheckoutState.ts"
import type { HeldOrder, Item, LedgerState, RefundReason, RejectionReason, ReleaseReason } from "./Item.ts"

/**
 * The state of one order after a record was folded.
 *
 * **Details**: `rejected` never held units; `unreadable` could not be understood; `unknown` is not stored, either as it
 * was published long ago or as it never came.
 */
export interface OrderOutcome {
  readonly requestId: RequestId | undefined
  readonly state: LedgerState | "rejected" | "unreadable" | "unknown"
  readonly reason: ReleaseReason | RejectionReason | RefundReason | undefined
  readonly attempt: number
  /** The offset of the record that placed this attempt; for the rejection of a duplicate, the duplicate's own. */
  readonly placedAtOffset: number
  /** Whether this record changed the order. A repeated record changes nothing. */
  readonly changed: boolean
  /**
   * The record is about another order under the request id of the stored one: of another buyer or amount, or a hold
   * where that is none, or the other way round. All else here is the stored order's, which stays as it is
   * (docs/decisions/0032-a-request-id-used-again.md).
   */
  readonly isReused: boolean
  /** Of the stored order, which for a duplicate is the first one; absent where none ever held units. */
  readonly userId: UserId | undefined
  readonly amount: number | undefined
  readonly price: number | undefined
  readonly currency: string | undefined
  readonly hold: HoldFacts | undefined
  /** What is kept of it until it is final; also where this record has made it so, and as it was before the record. */
  readonly open: OpenOrder | undefined
  /** The payments for its request id that the shop owes to a buyer. */
  readonly refundsDue: ReadonlyArray<RefundDue>
  /** Whether the payment that this record tells of is one of them. */
  readonly isRefundDue: boolean
}

/** The outcome of one record. `fresh` is false where the record had been folded before. */
export interface RecordOutcome {
  readonly offset: number
  readonly fresh: boolean
  readonly orders: ReadonlyArray<OrderOutcome>
}

/** What an item keeps of a request id beside its order. */
export interface Kept {
  readonly open: OpenOrder | undefined
  readonly refundsDue: ReadonlyArray<RefundDue>
}

const NONE: ReadonlyArray<RefundDue> = []
const nothingKept: Kept = { open: undefined, refundsDue: NONE }

export const keptOf = ({ open, refundsDue }: Pick<Item, "open" | "refundsDue">, requestId: RequestId): Kept =>
  HashMap.isEmpty(open) && HashMap.isEmpty(refundsDue)
    ? nothingKept
    : {
      open: Option.getOrUndefined(HashMap.get(open, requestId)),
      refundsDue: Option.getOrElse(HashMap.get(refundsDue, requestId), () => NONE)
    }

/** `kept` as it was before the record. */
export const ofHeld = (requestId: RequestId, order: HeldOrder, kept: Kept, changed: boolean): OrderOutcome => ({
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
  currency: order.currency,
  hold: order.hold,
  open: kept.open,
  refundsDue: kept.refundsDue,
  isRefundDue: false
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
  currency: undefined,
  hold: undefined,
  open: undefined,
  refundsDue: NONE,
  isRefundDue: false
})

const owing = (outcome: OrderOutcome, refundsDue: ReadonlyArray<RefundDue>): OrderOutcome =>
  refundsDue.length === 0 ? outcome : { ...outcome, refundsDue }

export const rejected = (
  requestId: RequestId,
  reason: RejectionReason,
  attempt: number,
  placedAtOffset: number,
  changed: boolean,
  refundsDue = NONE
): OrderOutcome => owing(without(requestId, "rejected", reason, attempt, placedAtOffset, changed), refundsDue)

export const unreadable = (
  requestId: RequestId | undefined,
  attempt: number,
  placedAtOffset: number,
  changed: boolean
): OrderOutcome => without(requestId, "unreadable", undefined, attempt, placedAtOffset, changed)

export const unknown = (
  requestId: RequestId | undefined,
  attempt: number,
  placedAtOffset: number,
  refundsDue = NONE
): OrderOutcome => owing(without(requestId, "unknown", undefined, attempt, placedAtOffset, false), refundsDue)
