import { assert, describe, it } from "@effect/vitest"
import * as TimeLimit from "@flash-sale/infra/actor/TimeLimit"
import { Context, Effect, Exit, Fiber, Latch } from "effect"
import { TestClock } from "effect/testing"

const LIMIT = 1_000
const late = Effect.fail("late")

class Word extends Context.Service<Word, string>()("test/TimeLimit/Word") {}

/** An effect that never ends by itself, and what has become of it. */
const endless = () => {
  const seen = { interrupted: 0 }
  return { seen, effect: Effect.onInterrupt(Effect.never, () => Effect.sync(() => seen.interrupted++)) }
}

describe("TimeLimit", () => {
  it.effect("what ends in time keeps its result, whatever it is, at once or later", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      assert.strictEqual(yield* within(Effect.succeed(1), late), 1)
      assert.deepStrictEqual(yield* Effect.exit(within(Effect.fail("no"), late)), Exit.fail("no"))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(within(Effect.die(new Error("a bug")), late))))
      const slow = yield* Effect.forkChild(within(Effect.as(Effect.sleep(LIMIT - 1), 2), late))
      yield* TestClock.adjust(LIMIT)
      assert.strictEqual(yield* Fiber.join(slow), 2)
      assert.strictEqual(yield* Effect.provideService(within(Word, late), Word, "of its caller"), "of its caller")
    }))

  it.effect("what takes too long is interrupted, each at its own time", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      const [one, other] = [endless(), endless()]
      const first = yield* Effect.forkChild(within(one.effect, late), { startImmediately: true })
      yield* TestClock.adjust(LIMIT / 2)
      const second = yield* Effect.forkChild(within(other.effect, late), { startImmediately: true })
      yield* TestClock.adjust(LIMIT / 2)
      assert.deepStrictEqual(yield* Fiber.await(first), Exit.fail("late"))
      assert.deepStrictEqual([one.seen.interrupted, other.seen.interrupted], [1, 0])
      yield* TestClock.adjust(LIMIT / 2)
      assert.deepStrictEqual(yield* Fiber.await(second), Exit.fail("late"))
      assert.strictEqual(other.seen.interrupted, 1)
    }))

  it.effect("it is watched again after nothing was under way", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      for (let round = 0; round < 3; round++) {
        const { effect, seen } = endless()
        const running = yield* Effect.forkChild(within(effect, late), { startImmediately: true })
        yield* TestClock.adjust(LIMIT)
        assert.deepStrictEqual(yield* Fiber.await(running), Exit.fail("late"))
        assert.strictEqual(seen.interrupted, 1)
        yield* within(Effect.yieldNow, late)
        yield* TestClock.adjust(LIMIT * 2)
      }
    }))

  it.effect("who is interrupted takes along what it waits for", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      const { effect, seen } = endless()
      const running = yield* Effect.forkChild(within(effect, late), { startImmediately: true })
      yield* Fiber.interrupt(running)
      assert.strictEqual(seen.interrupted, 1)
      yield* TestClock.adjust(LIMIT * 2)
      assert.strictEqual(seen.interrupted, 1)
    }))

  it.effect("who is interrupted waits until what it takes along has ended", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      const latch = yield* Latch.make()
      const effect = Effect.onInterrupt(Effect.never, () => latch.await)
      const running = yield* Effect.forkChild(within(effect, late), { startImmediately: true })
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      yield* TestClock.adjust(LIMIT * 2)
      assert.isUndefined(interrupting.pollUnsafe())
      yield* latch.open
      yield* Fiber.join(interrupting)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(running)))
    }))

  it.effect("where its caller cannot be interrupted, the time limit alone ends it", () =>
    Effect.gen(function*() {
      const { within } = yield* TimeLimit.make(LIMIT)
      const { effect, seen } = endless()
      const ends: Array<Exit.Exit<never, string>> = []
      const calling = Effect.uninterruptible(
        Effect.onExit(within(effect, late), (exit) => Effect.sync(() => ends.push(exit)))
      )
      const running = yield* Effect.forkChild(calling, { startImmediately: true })
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      yield* TestClock.adjust(LIMIT - 1)
      assert.strictEqual(seen.interrupted, 0)
      yield* TestClock.adjust(1)
      assert.strictEqual(seen.interrupted, 1)
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(ends, [Exit.fail("late")])
    }))
})
