/** The door of the gateway, as buyers meet it: an order above the limit per buyer is refused without a record. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { Order } from "@flash-sale/domain/records/Order"
import { home } from "@flash-sale/domain/records/Partition"
import type { Item } from "@flash-sale/domain/rules/Item"
import * as Precheck from "@flash-sale/gateway/request/Precheck"
import { Effect, HashMap } from "effect"
import { PARTITIONS } from "./SimulatedLog.ts"
import type { World } from "./World.ts"

/** An order that was refused and told that it need not come again, and the limit by which it was. */
export interface RefusedForGood {
  readonly order: Order
  readonly limit: number
}

const answer = Effect.fnUntraced(function*(world: World, order: Order, now: number) {
  const store = yield* ItemStore
  const { amount, itemId } = order
  const partition = home(itemId, PARTITIONS)
  const { limit } = Precheck.check(yield* store.read(partition, itemId), order, now)
  if (limit === undefined) return true
  const [buyer] = yield* store.readBuyers([{ ...order, partition }])
  if (buyer === undefined || buyer.isKnown) return true
  const refusal = Precheck.checkLimit(limit, amount, buyer)
  if (refusal?._tag === "Limit" && !refusal.retryable) world.refusedForGood.push({ order, limit })
  yield* world.trace.note(refusal === undefined ? `let in ${order.requestId}` : `refused ${order.requestId}`)
  return refusal === undefined
})

/** Whether the order may go on to the log: also where the store says nothing. */
export const letsIn = (world: World, order: Order, now: number): Effect.Effect<boolean> =>
  answer(world, order, now).pipe(Effect.orElseSucceed(() => true), Effect.provide(world.store.layer))

/** What was refused for good and could have been bought after all, by what its buyer has at the end. */
export const wronglyRefused = (
  refused: ReadonlyArray<RefusedForGood>,
  { orders }: Item
): ReadonlyArray<string> =>
  refused.flatMap(({ limit, order: { amount, requestId, userId } }) => {
    const bought = HashMap.toEntries(orders).reduce(
      (units, [, one]) =>
        one.userId === userId && one.state === "sold" && one.countsAgainstLimit ? units + one.amount : units,
      0
    )
    return bought + amount > limit ? [] : [`${requestId} was refused for good, with ${bought} + ${amount} of ${limit}`]
  })
