import { assert, describe, it } from "@effect/vitest"
import * as SharedCalls from "@flash-sale/infra/actor/SharedCalls"
import { Effect, Exit, Fiber, Latch } from "effect"

const NAME = "test"

interface Limits {
  readonly callsAtOnce?: number
  readonly batchSize?: number
  readonly maxWeight?: number
}

/** Calls that end when the latch opens, and remember what they were given. A message is its own weight. */
const paused = Effect.fnUntraced(function*({ callsAtOnce = 1, batchSize = 10, maxWeight = 1_000 }: Limits) {
  const latch = yield* Latch.make()
  const calls: Array<ReadonlyArray<number>> = []
  const shared = yield* SharedCalls.make<number, number, string>({
    name: NAME,
    callsAtOnce,
    batchSize,
    maxWeight,
    weightOf: Math.abs,
    canShare: (first, second) => first % 2 === second % 2,
    call: (messages) =>
      Effect.gen(function*() {
        calls.push(messages)
        yield* latch.await
        if (messages.includes(13)) return yield* Effect.fail("away")
        if (messages.includes(17)) return []
        return messages.map((n) => n < 0 ? Exit.fail(`${n}`) : Exit.succeed(n * 2))
      })
  })
  const ask = (messages: ReadonlyArray<number>) =>
    Effect.forEach(messages, (n) => Effect.forkChild(shared.ask(n), { startImmediately: true }))
  /** Until what is due has been sent. */
  const sent = Effect.promise(() => Promise.resolve())
  return { ask, calls, latch, sent }
})

describe("SharedCalls", () => {
  it.effect("a message that comes alone is sent at once, and those of one moment share a call", () =>
    Effect.gen(function*() {
      const { ask, calls, latch, sent } = yield* paused({ callsAtOnce: 2 })
      yield* latch.open
      assert.deepStrictEqual(yield* Effect.forEach(yield* ask([2]), Fiber.await), [Exit.succeed(4)])
      const answers = yield* Effect.forEach(yield* ask([4, -6, 8]), Fiber.await)
      yield* sent
      assert.deepStrictEqual(calls, [[2], [4, -6, 8]])
      assert.deepStrictEqual(answers, [Exit.succeed(8), Exit.fail("-6"), Exit.succeed(16)])
    }))

  it.effect("what comes while calls are under way shares the next one, in order and within the bounds", () =>
    Effect.gen(function*() {
      const { ask, calls, latch, sent } = yield* paused({ callsAtOnce: 2, batchSize: 3, maxWeight: 50 })
      const first = yield* ask([2, 1])
      yield* sent
      assert.deepStrictEqual(calls, [[2], [1]])
      const rest = yield* ask([4, 6, 8, 10, 40, 60, 2])
      yield* sent
      assert.strictEqual(calls.length, 2)
      yield* latch.open
      const answers = yield* Effect.forEach([...first, ...rest], Fiber.join)
      assert.deepStrictEqual(calls.slice(2), [[4, 6, 8], [10, 40], [60], [2]])
      assert.deepStrictEqual(answers, [4, 2, 8, 12, 16, 20, 80, 120, 4])
    }))

  it.effect("a message whose fiber is interrupted before it is sent is not sent any more", () =>
    Effect.gen(function*() {
      const { ask, calls, latch, sent } = yield* paused({})
      const [first] = yield* ask([2])
      yield* sent
      const [left, stays] = yield* ask([4, 6])
      yield* Fiber.interrupt(left!)
      yield* Fiber.interrupt(first!)
      yield* latch.open
      assert.strictEqual(yield* Fiber.join(stays!), 12)
      assert.deepStrictEqual(calls, [[2], [6]])
    }))

  it.effect("a call that fails, or answers too few, is the answer to all of its messages, and to no others", () =>
    Effect.gen(function*() {
      const { ask, latch } = yield* paused({ batchSize: 2 })
      yield* latch.open
      const answers = yield* Effect.forEach(yield* ask([13, 1, 17, 3, 5, 7]), Fiber.await)
      assert.deepStrictEqual(answers.slice(0, 2), [Exit.fail("away"), Exit.fail("away")])
      assert.isTrue(answers.slice(2, 4).every((exit) => Exit.isFailure(exit) && Exit.hasDies(exit)))
      assert.deepStrictEqual(answers.slice(4), [Exit.succeed(10), Exit.succeed(14)])
    }))
})
