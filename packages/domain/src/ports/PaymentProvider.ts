/**
 * Whoever takes the money. Contract: one answer per key for ever, however often it is asked; voiding always ends
 * (never seen: the key is dead from now on; declined or voided already: done; captured: a refund).
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId, PaymentToken, RequestId, UserId } from "../records/Ids.ts"

/** No answer in time: whether the money moved is unknown. Never a failure: ask again under the same key. */
export class PaymentUnknown extends Schema.TaggedError<PaymentUnknown>()("PaymentUnknown", {
  key: Schema.String,
  detail: Schema.String,
  /** How long the provider wants to be left alone, in milliseconds, where it says so. */
  retryAfterMillis: Schema.optional(Schema.Number)
}) {}

/**
 * The provider has not taken the request, and will not take the same one again: this request took no money. An earlier
 * one under the same key may have.
 *
 * **Details**: `us` says that it takes none of our requests, as with a wrong key or address: nothing is wrong with the
 * order. `charge` says that it finds this charge at fault.
 */
export class ChargeRejected extends Schema.TaggedError<ChargeRejected>()("ChargeRejected", {
  key: Schema.String,
  detail: Schema.String,
  concerns: Schema.Literals(["us", "charge"])
}) {}

export type PaymentError = PaymentUnknown | ChargeRejected

/** One charge. `price` is per unit, in the smallest unit of `currency`; both absent where the sale names no price. */
export interface Charge {
  /** `item:request_id:attempt`: repeating it cannot charge twice. */
  readonly key: string
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly userId: UserId
  readonly attempt: number
  readonly amount: number
  readonly price: number | undefined
  readonly currency: string | undefined
  readonly paymentToken: PaymentToken | undefined
}

export const chargeKey = (itemId: ItemId, requestId: RequestId, attempt: number): string =>
  `${itemId}:${requestId}:${attempt}`

export type ChargeResult = "paid" | "declined"

export class PaymentProvider extends Context.Service<PaymentProvider, {
  readonly charge: (charge: Charge) => Effect.Effect<ChargeResult, PaymentError>
  /** What became of a charge; undefined where the provider never saw the key. */
  readonly lookUp: (key: string) => Effect.Effect<ChargeResult | "voided" | undefined, PaymentError>
  /** Returns when the key is dead and no money is kept under it. */
  readonly void: (key: string) => Effect.Effect<void, PaymentError>
}>()("@flash-sale/domain/ports/PaymentProvider") {}
