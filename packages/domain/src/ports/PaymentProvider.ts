/**
 * The payment provider. Contract: one answer per key for ever, however often a charge is repeated; voiding always ends
 * (key never seen: it is dead from now on; declined or voided already: done; captured: a refund).
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { PaymentToken } from "../records/PaymentToken.ts"

/** No answer in time: whether the money moved is unknown. Never a failure: ask again under the same key. */
export class PaymentUnknown extends Schema.TaggedError<PaymentUnknown>()("PaymentUnknown", {
  key: Schema.String,
  detail: Schema.String,
  /** How long the provider wants to be left alone, in milliseconds, where it says so. */
  retryAfterMillis: Schema.optional(Schema.Number)
}) {}

/**
 * The provider rejected the request, and would reject the same one again: this request took no money. An earlier one
 * under the same key may have.
 *
 * **Details**: `concerns: "us"` where it rejects our credentials or address, so that nothing is wrong with the order;
 * `concerns: "charge"` where it rejects this one charge.
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
  /** Takes the money, once for each key. `PaymentUnknown`: ask again under the same key. */
  readonly charge: (charge: Charge) => Effect.Effect<ChargeResult, PaymentError>
  /** The result of a charge; undefined where the provider never saw the key. */
  readonly lookUp: (key: string) => Effect.Effect<ChargeResult | "voided" | undefined, PaymentError>
  /** Returns when the key is dead and no money is kept under it. `PaymentUnknown`: repeat it. */
  readonly void: (key: string) => Effect.Effect<void, PaymentError>
}>()("@flash-sale/domain/ports/PaymentProvider") {}
