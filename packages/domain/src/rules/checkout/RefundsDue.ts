/** Payments that came without an order to be for: kept by request id, each reference once. Pure. */
import { HashMap } from "effect"
import type { PaymentReference } from "../../records/checkout/Reference.ts"
import type { Command } from "../../records/Command.ts"
import type { UserId } from "../../records/Ids.ts"
import type { HeldOrder, Item } from "../Item.ts"
import type { Decision } from "../Ledger.ts"
import { lookUp } from "../OrderLookup.ts"
import * as Outcome from "../Outcome.ts"
import { MAX_REFUNDS_DUE, type RefundDue } from "./CheckoutState.ts"

type Confirm = Extract<Command, { readonly _tag: "Confirm" }>

const SOLD: ReadonlyArray<HeldOrder["state"]> = ["sold", "refunding", "refunded"]

/** Whether the order was sold for this payment: then its record is a repetition. */
const isSoldFor = (order: HeldOrder | undefined, reference: PaymentReference): boolean =>
  order !== undefined && SOLD.includes(order.state) && order.hold?.reference === reference

/**
 * Keeps the payment that the record tells of, unless there is none, it has completed its `order`, or it is kept
 * already. Of one beyond the bound the record is unreadable, unless it has ended a hold: a person gets to see it.
 */
export const keep = (
  item: Item,
  offset: number,
  { attempt, reference, requestId, userId }: Confirm,
  outcome: Outcome.OrderOutcome,
  order: HeldOrder | undefined
): Decision => {
  if (reference === undefined || (isSoldFor(order, reference) && !outcome.isReused)) return [item, outcome]
  const { refundsDue } = outcome
  if (refundsDue.some((due) => due.reference === reference)) return [item, outcome]
  if (refundsDue.length >= MAX_REFUNDS_DUE && !outcome.changed) {
    return [item, Outcome.unreadable(requestId, attempt ?? 1, offset, true)]
  }
  const all = [...refundsDue, { offset, reference, userId }]
  return [
    { ...item, refundsDue: HashMap.set(item.refundsDue, requestId, all) },
    { ...outcome, refundsDue: all, isRefundDue: true }
  ]
}

/** The outcome of a `confirm` record that was folded before: where its payment is due, it still is. */
export const recall = (item: Item, offset: number, { attempt, requestId, userId }: Confirm): Outcome.OrderOutcome => {
  const known = lookUp(item, offset, requestId, attempt ?? 1)
  const isReused = userId !== undefined && known.userId !== undefined && known.userId !== userId
  return { ...known, isReused, isRefundDue: known.refundsDue.some((due) => due.offset === offset) }
}

/** Those that the buyer of an order gets to see: a record that named another buyer is not the order's. */
export const shownTo = (refundsDue: ReadonlyArray<RefundDue>, owner: UserId | undefined): ReadonlyArray<RefundDue> =>
  refundsDue.filter(({ userId }) => userId === undefined || userId === owner)
