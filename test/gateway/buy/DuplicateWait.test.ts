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
      const heard: Array<StatusLookup> = []
      wait(order, (standing) => heard.push(standing))
      yield* TestClock.adjust("69 millis")
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(heard, [unknown])
    }))

  it.effect("a duplicate stops waiting after a bound, or where the store fails", () =>
    Effect.gen(function*() {
      let isAway = false
      const look = Effect.suspend(() => isAway ? Effect.fail("away") : Effect.succeed(leased))
      const { wait } = yield* DuplicateWait.make(() => look)
      const heard: Array<StatusLookup> = []
      wait(order, (standing) => heard.push(standing))
      yield* TestClock.adjust("1269 millis")
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(heard, [leased])
      isAway = true
      wait(order, (standing) => heard.push(standing))
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(heard, [leased, leased])
    }))

  it.effect("a bounded number of duplicates wait at once", () =>
    Effect.gen(function*() {
      const { wait } = yield* DuplicateWait.make(() => Effect.succeed(leased))
      let heard = 0
      for (let n = 0; n < 1_200; n++) wait(order, () => heard++)
      assert.strictEqual(heard, 200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(heard, 1_200)
      wait(order, () => heard++)
      assert.strictEqual(heard, 1_200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(heard, 1_201)
    }))
})
