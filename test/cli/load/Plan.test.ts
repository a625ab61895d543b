import { expect, it } from "@effect/vitest"
import * as Plan from "@flash-sale/cli/load/Plan"
import { Order, write } from "@flash-sale/domain/records/Order"
import { Effect, Schema } from "effect"
import { describe } from "vitest"

const options = { orders: 1_000, users: 30, items: 4, seed: 7 }

describe("Plan", () => {
  it.effect("a plan sends evenly, whatever the answers", () =>
    Effect.gen(function*() {
      const plan = yield* Plan.make("r", 2_000, options)
      expect(plan).toHaveLength(1_000)
      expect(plan[0]!.at).toBe(0)
      expect(plan[1]!.at).toBe(0.5)
      expect(plan[999]!.at).toBe(499.5)
    }))

  it.effect("a plan names each order once, lets users alternate, and uses every item", () =>
    Effect.gen(function*() {
      const plan = yield* Plan.make("r", 2_000, options)
      expect(new Set(plan.map(({ order }) => order.requestId)).size).toBe(1_000)
      const ofUser = new Map<string, number>()
      for (const { order } of plan) ofUser.set(order.userId, (ofUser.get(order.userId) ?? 0) + 1)
      expect([...new Set(ofUser.values())].toSorted()).toEqual([33, 34])
      expect(new Set(plan.map(({ order }) => order.itemId))).toEqual(new Set(Plan.items("r", 4)))
      expect(new Set(plan.map(({ order }) => order.amount))).toEqual(new Set([1, 2]))
    }))

  it.effect("the orders of a plan have a token each where that is asked for, and are the same besides", () =>
    Effect.gen(function*() {
      const without = yield* Plan.make("r", 2_000, options)
      const plan = yield* Plan.make("r", 2_000, { ...options, tokens: true })
      expect(new Set(plan.map(({ order }) => order.paymentToken)).size).toBe(1_000)
      expect(plan.map(({ order: { paymentToken: _, ...order } }) => order)).toEqual(without.map(({ order }) => order))
      const decode = Schema.decodeUnknownSync(Order)
      for (const { order } of plan) expect(decode(JSON.parse(write(order)))).toEqual(order)
    }))

  it.effect("a plan is the same for the same seed, and another for another seed", () =>
    Effect.gen(function*() {
      const drawn = (seed: number) =>
        Effect.map(Plan.make("r", 1, { ...options, seed }), (plan) =>
          plan.map(({ order }) => `${order.itemId} ${order.amount}`))
      expect(yield* drawn(7)).toEqual(yield* drawn(7))
      expect(yield* drawn(7)).not.toEqual(yield* drawn(8))
    }))
})
