/**
 * A request id that comes again with another order: an outcome of its record, and no state of anything. Why:
 * docs/decisions/0032-a-request-id-used-again.md.
 */
import type { Order } from "../records/Order.ts"
import type { OrderOutcome } from "./Outcome.ts"

/** What is said of such a record. */
export const REASON = "Request Id Reused"

/**
 * The outcome of the `place` record at `offset`, by what is known of its request id. Only of an order that ever held
 * units buyer and amount are known.
 */
export const ofPlace = (
  known: OrderOutcome,
  offset: number,
  { amount, userId }: Pick<Order, "userId" | "amount">
): OrderOutcome =>
  known.userId === undefined || known.placedAtOffset === offset ||
    (known.userId === userId && known.amount === amount)
    ? known
    : { ...known, isReused: true }
