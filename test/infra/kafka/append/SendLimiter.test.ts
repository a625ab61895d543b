/** Who may send while others do. */
import { assert, describe, it } from "@effect/vitest"
import * as SendLimiter from "@flash-sale/infra/kafka/append/SendLimiter"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Steps that last until the test ends them, and say when they have begun. */
const steps = Effect.fnUntraced(function*(places: number, turn: string & `${number} millis`) {
  const inTurn = yield* SendLimiter.make(places, turn)
  const begun: Array<string> = []
  const start = Effect.fnUntraced(function*(name: string) {
    const over = yield* Deferred.make<void>()
    const step = Effect.andThen(Effect.sync(() => void begun.push(name)), Deferred.await(over))
    const fiber = yield* Effect.forkChild(inTurn(step), { startImmediately: true })
    return { end: Effect.andThen(Deferred.succeed(over, undefined), Fiber.join(fiber)) }
  })
  return { begun, start }
})

describe("SendLimiter", () => {
  it.effect("the limiter lets a bounded number of sends go, and the next in line when one ends", () =>
    Effect.gen(function*() {
      const { begun, start } = yield* steps(2, "20 millis")
      const first = yield* start("a")
      yield* start("b")
      const third = yield* start("c")
      yield* start("d")
      assert.deepStrictEqual(begun, ["a", "b"])
      yield* first.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["a", "b", "c"])
      yield* third.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["a", "b", "c", "d"])
    }))

  it.effect("a send that takes too long is not counted any more, and gives its place back once", () =>
    Effect.gen(function*() {
      const { begun, start } = yield* steps(1, "20 millis")
      const stuck = yield* start("stuck")
      const second = yield* start("b")
      yield* TestClock.adjust("19 millis")
      assert.deepStrictEqual(begun, ["stuck"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(begun, ["stuck", "b"])
      // It ends at last: the place is not given twice for it.
      yield* stuck.end
      yield* start("c")
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["stuck", "b"])
      yield* second.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["stuck", "b", "c"])
    }))

  it.effect("a send that fails gives its place back", () =>
    Effect.gen(function*() {
      const inTurn = yield* SendLimiter.make(1, "20 millis")
      assert.strictEqual(yield* Effect.flip(inTurn(Effect.fail("refused"))), "refused")
      assert.strictEqual(yield* inTurn(Effect.succeed(1)), 1)
    }))
})
