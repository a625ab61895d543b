/** An answer is kept for its time, whatever happens to the wall clock. */
import { assert, describe, it } from "@effect/vitest"
import * as Kept from "@flash-sale/infra/time/Kept"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as SteppingClock from "./SteppingClock.ts"

/** Gives the number of times that it was asked. */
const counting = () => {
  let asked = 0
  return Effect.sync(() => ++asked)
}

describe("Kept", () => {
  it.effect("an answer is kept for its time, and a failure as well", () =>
    Effect.gen(function*() {
      const kept = yield* Kept.make(Effect.flip(counting()), "1 second")
      assert.strictEqual(yield* Effect.flip(kept), 1)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* Effect.flip(kept), 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Effect.flip(kept), 2)
    }))

  for (const [name, millis] of Object.entries(SteppingClock.STEPS)) {
    it.effect(`an answer is kept for its time when the clock steps ${name}`, () =>
      Effect.gen(function*() {
        const kept = yield* Kept.make(counting(), "1 second")
        assert.strictEqual(yield* kept, 1)
        yield* SteppingClock.step(millis)
        assert.strictEqual(yield* kept, 1)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* kept, 2)
      }).pipe(Effect.provide(SteppingClock.layer)))
  }

  it.effect("who asks meanwhile shares the answer, and one that was interrupted is not kept", () =>
    Effect.gen(function*() {
      const answer = yield* Deferred.make<void>()
      const asked = counting()
      const kept = yield* Kept.make(Effect.tap(asked, Deferred.await(answer)), "1 second")
      const first = yield* Effect.forkChild(kept, { startImmediately: true })
      yield* Fiber.interrupt(first)
      const both = yield* Effect.forkChild(Effect.all([kept, kept], { concurrency: 2 }), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      yield* Deferred.succeed(answer, undefined)
      assert.deepStrictEqual(yield* Fiber.join(both), [2, 2])
      assert.strictEqual(yield* kept, 2)
    }))
})
