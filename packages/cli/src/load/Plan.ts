/** What a load run sends: every order of it, and when. A function of the options, the run's name and the seed. */
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import { Effect, Random } from "effect"

/** The most units that one order of a run asks for. */
const MAX_UNITS = 2

export interface PlanOptions {
  readonly orders: number
  readonly users: number
  readonly items: number
  readonly seed: number
  /** Whether each order has a payment token, which a gateway with a key encrypts. */
  readonly tokens?: boolean
}

/** An order with the moment, in milliseconds after the start, at which it is to be sent whatever the others do. */
export interface Planned {
  readonly order: Order
  readonly at: number
}

/** The items of a run. Named after it, so that one run never meets the stock of another. */
export const items = (run: string, count: number): ReadonlyArray<ItemId> =>
  Array.from({ length: count }, (_, index) => ItemId.make(`load-${run}-${index + 1}`))

/** When the order with this index is to be sent: evenly, `rate` in each second. */
export const sendAt = (index: number, rate: number): number => (index * 1000) / rate

/** All orders in the order of their sending. Users alternate; items and amounts are drawn by the seed. */
export const make = Effect.fn("Plan.make")(function*(run: string, rate: number, options: PlanOptions) {
  const wares = items(run, options.items)
  const random = yield* Random.Random
  const draw = (count: number): number => Math.min(count - 1, Math.floor(random.nextDoubleUnsafe() * count))
  return Array.from({ length: options.orders }, (_, index): Planned => ({
    at: sendAt(index, rate),
    order: {
      requestId: RequestId.make(`load-${run}-${index + 1}`),
      userId: UserId.make(`load-${run}-u${(index % options.users) + 1}`),
      itemId: wares[draw(wares.length)]!,
      amount: 1 + draw(MAX_UNITS),
      ...(options.tokens === true ? { paymentToken: PaymentToken.make(`tok-load-${run}-${index + 1}`) } : {})
    }
  }))
}, (effect, _run, _rate, { seed }) => Random.withSeed(effect, seed))
