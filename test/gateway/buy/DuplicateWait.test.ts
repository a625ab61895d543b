import { assert, it } from "@effect/vitest"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as DuplicateWait from "@flash-sale/gateway/buy/DuplicateWait"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"

const id = RequestId.make("r")
const leased: StatusLookup = { _tag: "Leased", fingerprint: "" }
const unknown: StatusLookup = { _tag: "Unknown" }

/** A completion that collects results. */
const collecting = Effect.map(Completion.guard, ({ of }) => {
  const results: Array<Exit.Exit<StatusLookup>> = []
  const completion = () => of(results, (all, result: Exit.Exit<StatusLookup>) => void all.push(result))
  return { results, completion }
})

describe("DuplicateWait", () => {
  it.effect("a duplicate waits until the outcome is known", () =>
    Effect.gen(function*() {
      const found = [leased, leased, unknown]
      const { wait } = yield* DuplicateWait.make(() => Effect.sync(() => found.shift()!))
      const { completion, results } = yield* collecting
      wait(id, completion())
      yield* TestClock.adjust("69 millis")
      assert.deepStrictEqual(results, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(results, [Exit.succeed(unknown)])
    }))

  it.effect("a duplicate stops waiting after a bound, or where the store fails", () =>
    Effect.gen(function*() {
      let isAway = false
      const lookUp = Effect.suspend(() => isAway ? Effect.fail("away") : Effect.succeed(leased))
      const { wait } = yield* DuplicateWait.make(() => lookUp)
      const { completion, results } = yield* collecting
      wait(id, completion())
      yield* TestClock.adjust("1269 millis")
      assert.deepStrictEqual(results, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(results, [Exit.succeed(leased)])
      isAway = true
      wait(id, completion())
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(results, [Exit.succeed(leased), Exit.succeed(leased)])
    }))

  it.effect("a bounded number of duplicates wait at once", () =>
    Effect.gen(function*() {
      const { wait } = yield* DuplicateWait.make(() => Effect.succeed(leased))
      const { completion, results } = yield* collecting
      for (let n = 0; n < 1_200; n++) wait(id, completion())
      assert.strictEqual(results.length, 200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(results.length, 1_200)
      wait(id, completion())
      assert.strictEqual(results.length, 1_200)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(results.length, 1_201)
    }))

  it.effect("a wait ends with the bug of a look-up, and its place is free again", () =>
    Effect.gen(function*() {
      let isBroken = true
      const lookUp = () => {
        if (isBroken) throw new Error("a bug")
        return Effect.succeed(leased)
      }
      const { wait } = yield* DuplicateWait.make(lookUp)
      const { completion, results } = yield* collecting
      for (let n = 0; n < 1_000; n++) wait(id, completion())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(results.filter(Exit.hasDies).length, 1_000)
      isBroken = false
      for (let n = 0; n < 1_000; n++) wait(id, completion())
      assert.strictEqual(results.length, 1_000, "no wait is refused: there is room")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(results.slice(1_000), Array.from({ length: 1_000 }, () => Exit.succeed(leased)))
    }))
})
