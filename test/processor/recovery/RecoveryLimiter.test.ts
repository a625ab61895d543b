/** Long recoveries run two at a time, and none waits for ever for another. */
import { assert, it } from "@effect/vitest"
import * as RecoveryLimiter from "@flash-sale/processor/recovery/RecoveryLimiter"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

const LONG = 1_000_000

/** Starts a recovery that the test ends; `begun` counts those that got a place. */
const start = Effect.fnUntraced(
  function*(limiter: RecoveryLimiter.RecoveryLimiter, begun: Array<number>, records: number) {
    const end = yield* Deferred.make<void>()
    const steps: Array<Effect.Effect<void>> = []
    const name = begun.length
    const fiber = yield* Effect.forkChild(
      limiter.within(records, (onStep) => {
        steps.push(onStep)
        begun.push(name)
        return Deferred.await(end)
      })
    )
    yield* TestClock.adjust("100 millis")
    return { fiber, step: Effect.suspend(() => steps[0]!), end: Deferred.succeed(end, undefined) }
  }
)

it.effect("two long recoveries fold beside each other, and a third when one of them is done", () =>
  Effect.gen(function*() {
    const limiter = yield* RecoveryLimiter.make
    const begun: Array<number> = []
    const first = yield* start(limiter, begun, LONG)
    yield* start(limiter, begun, LONG)
    yield* start(limiter, begun, LONG)
    assert.lengthOf(begun, 2)
    yield* start(limiter, begun, 10)
    assert.lengthOf(begun, 3, "a short one waits for none")
    yield* first.end
    yield* TestClock.adjust("100 millis")
    assert.lengthOf(begun, 4)
  }))

it.effect("a recovery that was stopped gives its place back", () =>
  Effect.gen(function*() {
    const limiter = yield* RecoveryLimiter.make
    const begun: Array<number> = []
    const first = yield* start(limiter, begun, LONG)
    yield* start(limiter, begun, LONG)
    yield* start(limiter, begun, LONG)
    yield* Fiber.interrupt(first.fiber)
    yield* TestClock.adjust("100 millis")
    assert.lengthOf(begun, 3)
  }))

it.effect("a recovery without progress holds up no other, and one with progress goes on alone", () =>
  Effect.gen(function*() {
    const limiter = yield* RecoveryLimiter.make
    const begun: Array<number> = []
    const [first, second] = [yield* start(limiter, begun, LONG), yield* start(limiter, begun, LONG)]
    yield* start(limiter, begun, LONG)
    for (let seconds = 0; seconds < 10; seconds++) {
      yield* Effect.all([first.step, second.step])
      yield* TestClock.adjust("1 second")
    }
    assert.lengthOf(begun, 2)
    for (let seconds = 0; seconds < 3; seconds++) {
      yield* first.step
      yield* TestClock.adjust("1 second")
    }
    assert.lengthOf(begun, 3)
  }))
