import { assert, describe, it } from "@effect/vitest"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Deferred, Effect, Exit, Fiber, Latch, Scope } from "effect"
import { TestClock } from "effect/testing"

const NAME = "test"

/** A line that works on nothing until the latch opens, and remembers its batches. */
const paused = Effect.fnUntraced(function*(options: { readonly capacity: number; readonly batchSize: number }) {
  const latch = yield* Latch.make()
  const batches: Array<ReadonlyArray<number>> = []
  const line = yield* BatchLine.make<number, number, string>({
    ...options,
    name: NAME,
    handle: (batch) =>
      Effect.gen(function*() {
        batches.push(batch)
        yield* latch.await
        return batch.map((n) => n < 0 ? Exit.fail(`${n}`) : Exit.succeed(n * 2))
      })
  })
  return { line, latch, batches }
})

const ask = (line: BatchLine.BatchLine<number, number, string>, messages: ReadonlyArray<number>) =>
  Effect.forEach(messages, (n) => Effect.forkChild(line.ask(n), { startImmediately: true }))

describe("BatchLine", () => {
  it.effect("messages that gather while the line works are one bounded batch, and each gets its own answer", () =>
    Effect.gen(function*() {
      const { batches, latch, line } = yield* paused({ capacity: 10, batchSize: 3 })
      const first = yield* ask(line, [1])
      yield* Effect.yieldNow
      const rest = yield* ask(line, [2, -3, 4, 5])
      assert.strictEqual(line.waiting(), 4)
      yield* latch.open
      const answers = yield* Effect.forEach([...first, ...rest], Fiber.await)
      assert.deepStrictEqual(answers, [
        Exit.succeed(2),
        Exit.succeed(4),
        Exit.fail("-3"),
        Exit.succeed(8),
        Exit.succeed(10)
      ])
      assert.deepStrictEqual(batches, [[1], [2, -3, 4], [5]])
    }))

  it.effect("a message beyond the capacity is refused at once, by the name of the line", () =>
    Effect.gen(function*() {
      const { latch, line } = yield* paused({ capacity: 2, batchSize: 1 })
      yield* ask(line, [1])
      yield* Effect.yieldNow
      const accepted = yield* ask(line, [2, 3])
      const error = yield* Effect.flip(line.ask(4))
      assert.deepStrictEqual(error, new BatchLine.LineFull({ line: NAME, capacity: 2 }))
      yield* latch.open
      assert.deepStrictEqual(yield* Fiber.joinAll(accepted), [4, 6])
    }))

  it.effect("a message that has waited longer than it may is refused", () =>
    Effect.gen(function*() {
      const latch = yield* Latch.make()
      const batches: Array<ReadonlyArray<number>> = []
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        timeoutMillis: 1_000,
        handle: (batch) =>
          Effect.gen(function*() {
            batches.push(batch)
            yield* latch.await
            return batch.map((n) => Exit.succeed(n))
          })
      })
      const [first] = yield* ask(line, [1])
      yield* Effect.yieldNow
      const [late] = yield* ask(line, [2])
      yield* TestClock.adjust("1 millis")
      const [inTime] = yield* ask(line, [3])
      yield* TestClock.adjust("1 second")
      yield* latch.open
      assert.strictEqual(yield* Fiber.join(first!), 1)
      assert.deepStrictEqual(
        yield* Fiber.await(late!),
        Exit.fail(new BatchLine.LineFull({ line: NAME, capacity: 10 }))
      )
      assert.strictEqual(yield* Fiber.join(inTime!), 3)
      assert.deepStrictEqual(batches, [[1], [3]])
    }))

  it.effect("a failure of the step goes to its whole batch, and the line goes on", () =>
    Effect.gen(function*() {
      let isBroken = true
      const line = yield* BatchLine.make<number, number, string>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        handle: (batch) => isBroken ? Effect.fail("broken") : Effect.succeed(batch.map((n) => Exit.succeed(n)))
      })
      assert.deepStrictEqual(
        yield* Effect.exit(Effect.all([line.ask(1), line.ask(2)], { concurrency: 2 })),
        Exit.fail("broken")
      )
      isBroken = false
      assert.strictEqual(yield* line.ask(3), 3)
    }))

  it.effect("a defect of the step goes to its callers, and the line goes on", () =>
    Effect.gen(function*() {
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        handle: (batch) => {
          if (batch.includes(1)) throw new Error("a bug")
          return Effect.succeed(batch.map((n) => Exit.succeed(n)))
        }
      })
      assert.isTrue(Exit.hasDies(yield* Effect.exit(line.ask(1))))
      assert.strictEqual(yield* line.ask(2), 2)
    }))

  it.effect("a completion that throws keeps no answer from the others of its batch", () =>
    Effect.gen(function*() {
      const { of } = yield* Completion.guard
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        handle: (batch) => Effect.succeed(batch.map((n) => Exit.succeed(n)))
      })
      const got: Array<unknown> = []
      const receive = (all: Array<unknown>, result: unknown) => {
        if (all.push(result) === 1) throw new Error("a bug")
      }
      for (const n of [1, 2]) line.offer(n, of(got, receive, () => undefined))
      assert.strictEqual(yield* line.ask(3), 3)
      assert.deepStrictEqual(got, [Exit.succeed(1), Exit.succeed(2)])
    }))

  it.effect("a bug around a step goes to the messages that wait, and the line goes on", () =>
    Effect.gen(function*() {
      let isBroken = true
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        inTurn: (step) => {
          if (isBroken) throw new Error("a bug")
          return step
        },
        handle: (batch) => Effect.succeed(batch.map((n) => Exit.succeed(n)))
      })
      const asked = yield* ask(line, [1, 2])
      for (const exit of yield* Effect.forEach(asked, Fiber.await)) assert.isTrue(Exit.hasDies(exit))
      isBroken = false
      assert.strictEqual(yield* line.ask(3), 3)
    }))

  it.effect("a wrapper that interrupts itself leaves nobody without an answer, and the line goes on", () =>
    Effect.gen(function*() {
      let turns = 0
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        inTurn: (step) => turns++ === 0 ? Effect.interrupt : step,
        handle: (batch) => Effect.succeed(batch.map((n) => Exit.succeed(n)))
      })
      const asked = yield* ask(line, [1, 2])
      for (const exit of yield* Effect.forEach(asked, Fiber.await)) assert.isTrue(Exit.hasInterrupts(exit))
      assert.strictEqual(yield* line.ask(3), 3)
    }))

  it.effect("fewer answers than messages are a defect", () =>
    Effect.gen(function*() {
      const line = yield* BatchLine.make<number, number, never>({
        name: NAME,
        capacity: 10,
        batchSize: 10,
        handle: () => Effect.succeed([])
      })
      assert.isTrue(Exit.hasDies(yield* Effect.exit(line.ask(1))))
    }))

  it.effect("a line that is closed answers all that it accepted, and accepts nothing more", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { latch, line } = yield* Scope.provide(paused({ capacity: 10, batchSize: 2 }), scope)
      const accepted = yield* ask(line, [1, 2, 3, 4, 5])
      const closed = yield* Deferred.make<void>()
      yield* Effect.forkChild(Effect.andThen(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined)), {
        startImmediately: true
      })
      assert.isFalse(yield* Deferred.isDone(closed))
      const refused = yield* Effect.exit(line.ask(6))
      assert.isTrue(Exit.isFailure(refused))
      yield* latch.open
      yield* Deferred.await(closed)
      assert.deepStrictEqual(yield* Fiber.joinAll(accepted), [2, 4, 6, 8, 10])
    }))
})
