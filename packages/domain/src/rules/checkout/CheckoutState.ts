/** What an item keeps of holds and refunds beside their orders. */
import type { PaymentReference } from "../../records/checkout/Reference.ts"
import type { UserId } from "../../records/Ids.ts"
import type { MetadataJson } from "../../records/OrderMetadata.ts"
import type { OrderTrace } from "../../records/OrderTrace.ts"

/** How an order that began as a hold was confirmed: neither field has a value until it is, if it ever is. */
export interface HoldFacts {
  /** The offset of the `confirm` record that won. */
  readonly confirmedAtOffset: number | undefined
  /** The payment by which it was paid for; undefined where the engine charges. */
  readonly reference: PaymentReference | undefined
}

/**
 * What is kept of a hold until it is final, confirmed or not, and of a refund that waits for the provider: what their
 * record said, for when that is not at hand. Wider than the state `open`, which is a hold that nobody has confirmed.
 */
export interface OpenOrder extends OrderTrace {
  /** When an open hold expires, in milliseconds since 1970 (UTC); undefined once it is confirmed, and of a refund. */
  readonly dueAt: number | undefined
  /** Of a hold. */
  readonly metadata?: MetadataJson
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
