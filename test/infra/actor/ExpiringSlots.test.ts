/** Slots that expire: for what may get stuck while others go on. */
import { assert, describe, it } from "@effect/vitest"
import * as ExpiringSlots from "@flash-sale/infra/actor/ExpiringSlots"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Steps that last until they are told to end, and say when they have begun. */
const steps = Effect.fnUntraced(function*(count: number, turn: string & `${number} millis`) {
  const { within, withProgress } = yield* ExpiringSlots.make(count, turn)
  const begun: Array<string> = []
  const start = Effect.fnUntraced(function*(name: string) {
    const over = yield* Deferred.make<void>()
    const step = Effect.andThen(Effect.sync(() => void begun.push(name)), Deferred.await(over))
    const fiber = yield* Effect.forkChild(within(step), { startImmediately: true })
    return { end: Effect.andThen(Deferred.succeed(over, undefined), Fiber.join(fiber)), fiber }
  })
  /** The same for a step that shows progress. */
  const startRenewing = Effect.fnUntraced(function*(name: string) {
    const over = yield* Deferred.make<void>()
    let renew: Effect.Effect<void> = Effect.void
    const step = (given: Effect.Effect<void>) => {
      begun.push(name)
      renew = given
      return Deferred.await(over)
    }
    const fiber = yield* Effect.forkChild(withProgress(step), { startImmediately: true })
    return { end: Effect.andThen(Deferred.succeed(over, undefined), Fiber.join(fiber)), renew }
  })
  return { begun, start, startRenewing }
})

describe("ExpiringSlots", () => {
  it.effect("lets so many go at once, and the next in line when one of them ends", () =>
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

  it.effect("does not count what takes longer than its turn, and counts it out once", () =>
    Effect.gen(function*() {
      const { begun, start } = yield* steps(1, "20 millis")
      const stuck = yield* start("stuck")
      const second = yield* start("b")
      yield* TestClock.adjust("19 millis")
      assert.deepStrictEqual(begun, ["stuck"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(begun, ["stuck", "b"])
      // It ends at last: the slot is not given twice for it.
      yield* stuck.end
      yield* start("c")
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["stuck", "b"])
      yield* second.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["stuck", "b", "c"])
    }))

  it.effect("gives the slot back where a step fails", () =>
    Effect.gen(function*() {
      const { within } = yield* ExpiringSlots.make(1, "20 millis")
      assert.strictEqual(yield* Effect.flip(within(Effect.fail("refused"))), "refused")
      assert.strictEqual(yield* within(Effect.succeed(1)), 1)
    }))

  it.effect("keeps what makes progress in its slot, and counts what is late again once it goes on", () =>
    Effect.gen(function*() {
      const { begun, start, startRenewing } = yield* steps(1, "20 millis")
      const steady = yield* startRenewing("steady")
      const second = yield* start("b")
      const third = yield* start("c")
      for (let n = 0; n < 5; n++) {
        yield* TestClock.adjust("15 millis")
        yield* steady.renew
      }
      assert.deepStrictEqual(begun, ["steady"])
      yield* TestClock.adjust("20 millis")
      assert.deepStrictEqual(begun, ["steady", "b"])
      // It counts again, so the slot of "b" is not for "c": only when both are gone there is one.
      yield* steady.renew
      yield* second.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["steady", "b"])
      yield* steady.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["steady", "b", "c"])
      // Progress that is reported after the end takes no slot.
      yield* steady.renew
      yield* third.end
      yield* start("d")
      assert.deepStrictEqual(begun, ["steady", "b", "c", "d"])
    }))

  it.effect("lets nobody in for a step that left the line", () =>
    Effect.gen(function*() {
      const { begun, start } = yield* steps(1, "20 millis")
      const first = yield* start("a")
      const gone = yield* start("gone")
      yield* start("b")
      yield* Fiber.interrupt(gone.fiber)
      yield* first.end
      yield* Effect.yieldNow
      assert.deepStrictEqual(begun, ["a", "b"])
    }))
})
