/** What an item keeps of holds and refunds beside their orders. */
import type { PaymentReference } from "../../records/checkout/Reference.ts"
import type { UserId } from "../../records/Ids.ts"
import type { OrderTrace } from "../../records/OrderTrace.ts"

/** How an order that began as a hold was confirmed. Neither is there while it is open, and where it never was. */
export interface HoldFacts {
  /** The offset of the `confirm` record that won. */
  readonly confirmedAtOffset: number | undefined
  /** The payment by which it was paid for; undefined where the engine charges. */
  readonly reference: PaymentReference | undefined
}

/** A hold that nobody has confirmed, or one that was: what its order's record said, for when that is not at hand. */
export interface OpenOrder extends OrderTrace {
  /** When an open hold expires, in milliseconds since 1970 (UTC); undefined once it is confirmed, and of a refund. */
  readonly dueAt: number | undefined
}

/** A payment that came without an order to be for: the shop owes it to the buyer. */
export interface RefundDue {
  /** The offset of the `confirm` record that told of it. */
  readonly offset: number
  readonly reference: PaymentReference
  /** Whose order the record named, where it named one. */
  readonly userId: UserId | undefined
}

/** Payments that are kept for one request id. A further one is an `Unreadable` record, and so a dead letter as well. */
export const MAX_REFUNDS_DUE = 100
