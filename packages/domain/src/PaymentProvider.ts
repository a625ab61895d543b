/**
 * Whoever takes the money. Contract: one answer per key for ever, however often it is asked; voiding always ends
 * (never seen: the key is dead from now on; declined or voided already: done; captured: a refund).
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId, PaymentToken, RequestId, UserId } from "./Ids.ts"

/** No answer in time: whether the money moved is unknown. Never a failure: ask again under the same key. */
export class PaymentUnknown extends Schema.TaggedError<PaymentUnknown>()("PaymentUnknown", {
  key: Schema.String,
  detail: Schema.String
}) {}

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
  readonly charge: (charge: Charge) => Effect.Effect<ChargeResult, PaymentUnknown>
  /** What became of a charge; undefined where the provider never saw the key. */
  readonly lookUp: (key: string) => Effect.Effect<ChargeResult | "voided" | undefined, PaymentUnknown>
  /** Returns when the key is dead and no money is kept under it. */
  readonly void: (key: string) => Effect.Effect<void, PaymentUnknown>
}>()("@flash-sale/domain/PaymentProvider") {}
