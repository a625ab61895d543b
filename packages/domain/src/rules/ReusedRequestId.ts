/**
 * A request id that comes again with another order: an outcome of its record, and no state of anything. Why:
 * docs/decisions/0032-a-request-id-used-again.md.
 */
import type { Order } from "../records/Order.ts"
import type { OrderOutcome } from "./Outcome.ts"

/** What is said of such a record. */
export const REASON = "Request Id Reused"

/**
 * The outcome of the record at `offset` that places or holds this order, by what is known of its request id. Only of an
 * order that ever held units it is known what it was: buyer, amount, and whether it was a hold. A later attempt at a
 * hold is placed like any other order.
 */
export const ofOrder = (
  known: OrderOutcome,
  offset: number,
  { amount, attempt, isHold, userId }: Pick<Order, "userId" | "amount"> & {
    readonly attempt: number
    readonly isHold: boolean
  }
): OrderOutcome =>
  known.userId === undefined || known.placedAtOffset === offset ||
    (known.userId === userId && known.amount === amount &&
      (attempt > 1 || isHold === (known.hold !== undefined)))
    ? known
    : { ...known, isReused: true }
