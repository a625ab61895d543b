import { assert, it } from "@effect/vitest"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as DuplicateWait from "@flash-sale/gateway/buy/DuplicateWait"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"

const order = { requestId: RequestId.make("r"), userId: UserId.make("u"), itemId: ItemId.make("i"), amount: 1 }
const leased: StatusLookup = { _tag: "Leased" }
const unknown: StatusLookup = { _tag: "Unknown" }

describe("DuplicateWait", () => {
  it.effect("a duplicate waits until the outcome is known", () =>
    Effect.gen(function*() {
      const found = [leased, leased, unknown]
      const { wait } = yield* DuplicateWait.make(() => Effect.sync(() => found.shift()!))
      const outcomes: Array<StatusLookup> = []
      wait(order, (lookup) => outcomes.push(lookup))
      yield* TestClock.adjust("69 millis")
      assert.deepStrictEqual(outcomes, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(outcomes, [unknown])
    }))

  it.effect("a duplicate stops waiting after a bound, or where the store fails", () =>
    Effect.gen(function*() {
      let isAway = false
      const read = Effect.suspend(() => isAway ? Effect.fail("away") : Effect.succeed(leased))
      const { wait } = yield* DuplicateWait.make(() => read)
      const outcomes: Array<StatusLookup> = []
      wait(order, (lookup) => outcomes.push(lookup))
      yield* TestClock.adjust("1269 millis")
      assert.deepStrictEqual(outcomes, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(outcomes, [leased])
      isAway = true
      wait(order, (lookup) => outcomes.push(lookup))
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(outcomes, [leased, leased])
    }))

  it.effect("a bounded number of duplicates wait at once", () =>
    Effect.gen(function*() {
      const { wait } = yield* DuplicateWait.make(() => Effect.succeed(leased))
      let outcomes = 0
      for (let n = 0; n < 1_200; n++) wait(order, () => outcomes++)
      assert.strictEqual(outcomes, 200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(outcomes, 1_200)
      wait(order, () => outcomes++)
      assert.strictEqual(outcomes, 1_200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(outcomes, 1_201)
    }))
})
