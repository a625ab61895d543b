import { assert, it } from "@effect/vitest"
import * as CircuitBreaker from "@flash-sale/infra/resilience/CircuitBreaker"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"

const settings: CircuitBreaker.BreakerSettings = {
  failureThreshold: 3,
  successThreshold: 2,
  baseTimeout: Duration.seconds(30),
  maxTimeout: Duration.seconds(300)
}

/** A breaker, what it has been, and what its next probes find. */
const breakerOf = Effect.fnUntraced(function*(settings: CircuitBreaker.BreakerSettings) {
  const states: Array<CircuitBreaker.BreakerState> = []
  const world = { probes: 0, answers: [] as Array<boolean>, delay: "0 millis" as Duration.Input }
  const probe = Effect.suspend(() => {
    world.probes++
    return Effect.as(Effect.sleep(world.delay), world.answers.shift() ?? true)
  })
  const made = yield* CircuitBreaker.make({
    settings,
    probe,
    onChange: (state) => Effect.sync(() => void states.push(state))
  })
  const fail = (times: number) => Effect.repeat(made.record(false), { times: times - 1 })
  return { ...made, states, world, fail }
})

const breaker = breakerOf(settings)

const retryAfter = (made: CircuitBreaker.CircuitBreaker) =>
  Effect.map(Effect.flip(made.check), ({ retryAfterMillis }) => retryAfterMillis)

describe("CircuitBreaker", () => {
  it.effect("the breaker opens after its threshold of failures in a row, and not before", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      yield* made.fail(2)
      yield* made.record(true)
      yield* made.fail(2)
      assert.strictEqual(made.state(), "closed")
      yield* made.check
      yield* made.fail(1)
      assert.strictEqual(made.state(), "open")
      assert.strictEqual(yield* retryAfter(made), 30_000)
      assert.deepStrictEqual(made.states, ["closed", "open"])
    }).pipe(Effect.scoped))

  it.effect("the breaker probes by itself after its timeout, and closes after enough successes", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      yield* made.fail(3)
      yield* TestClock.adjust("29999 millis")
      assert.strictEqual(made.world.probes, 0)
      assert.strictEqual(yield* retryAfter(made), 100)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(made.state(), "half_open")
      assert.strictEqual(made.world.probes, 1)
      assert.strictEqual(yield* retryAfter(made), 100)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(made.world.probes, 2)
      assert.strictEqual(made.state(), "closed")
      yield* made.check
      assert.deepStrictEqual(made.states, ["closed", "open", "half_open", "closed"])
    }).pipe(Effect.scoped))

  it.effect("the breaker probes one at a time", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      made.world.delay = "10 seconds"
      yield* made.fail(3)
      yield* TestClock.adjust("39 seconds")
      assert.strictEqual(made.world.probes, 1)
      yield* TestClock.adjust("1100 millis")
      assert.strictEqual(made.world.probes, 2)
    }).pipe(Effect.scoped))

  it.effect("the breaker opens twice as long each time, up to a bound", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      made.world.answers = [false, true, false, false, false, false, true, true]
      yield* made.fail(3)
      for (const seconds of [30, 60.1, 120, 240, 300]) {
        yield* TestClock.adjust(Duration.seconds(seconds))
      }
      assert.strictEqual(made.state(), "open")
      assert.strictEqual(made.world.probes, 6)
      yield* TestClock.adjust("301 seconds")
      assert.strictEqual(made.state(), "closed")
    }).pipe(Effect.scoped))

  it.effect("the timeout grows until a real call has succeeded", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      yield* made.fail(3)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(made.state(), "closed")
      yield* made.fail(3)
      assert.strictEqual(yield* retryAfter(made), 60_000)
      yield* TestClock.adjust("61 seconds")
      yield* made.record(true)
      yield* made.fail(3)
      assert.strictEqual(yield* retryAfter(made), 30_000)
    }).pipe(Effect.scoped))

  it.effect("a call from before the breaker opened does not count", () =>
    Effect.gen(function*() {
      const made = yield* breaker
      yield* made.fail(7)
      yield* made.record(true)
      assert.strictEqual(made.state(), "open")
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(made.state(), "closed")
      yield* made.fail(2)
      assert.strictEqual(made.state(), "closed")
      assert.deepStrictEqual(made.states, ["closed", "open", "half_open", "closed"])
    }).pipe(Effect.scoped))

  it.effect("a probe that ends by a defect is a failure", () =>
    Effect.gen(function*() {
      const states: Array<CircuitBreaker.BreakerState> = []
      const made = yield* CircuitBreaker.make({
        settings,
        probe: Effect.die(new Error("bug")),
        onChange: (state) => Effect.sync(() => void states.push(state))
      })
      yield* Effect.repeat(made.record(false), { times: 2 })
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(states, ["closed", "open", "half_open", "open"])
    }).pipe(Effect.scoped))

  it.effect("an opening of a service that it costs nothing to ask ends as soon as the service works", () =>
    Effect.gen(function*() {
      const made = yield* breakerOf({ ...settings, lookEvery: Duration.seconds(1) })
      made.world.answers = [false, false, true, true, true]
      yield* made.fail(3)
      assert.strictEqual(yield* retryAfter(made), 1_000)
      yield* TestClock.adjust("2999 millis")
      assert.deepStrictEqual([made.state(), made.world.probes], ["open", 2])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual([made.state(), made.world.probes], ["half_open", 4])
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(made.states, ["closed", "open", "half_open", "closed"])
      // One that never works is half-open after its whole time all the same.
      made.world.answers = Array.from({ length: 100 }, () => false)
      yield* made.fail(3)
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(made.states.slice(4), ["open", "half_open", "open"])
    }).pipe(Effect.scoped))
})
