/**
 * One question for all partitions that have it at the same time, and never an answer that is older than the question.
 */
import { assert, describe, it } from "@effect/vitest"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RequestCoalescer from "@flash-sale/infra/kafka/client/RequestCoalescer"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"

const partitions = Array.from({ length: 12 }, (_, n) => PartitionId.make(n))

/** A request that takes a second, and answers how often it had been made when it began. */
const slowQuestion = Effect.gen(function*() {
  const seen = { asked: 0, isAway: false }
  const ask = yield* RequestCoalescer.make(
    "a question",
    Effect.suspend(() => {
      const number = ++seen.asked
      const part = (partition: PartitionId) => Exit.succeed(`${number}: ${partition}`)
      return Effect.delay(
        Effect.suspend(() => seen.isAway ? Effect.fail(new LogUnavailable({ detail: "away" })) : Effect.succeed(part)),
        "1 second"
      )
    })
  )
  return { ask, seen }
})

describe("RequestCoalescer", () => {
  it.effect("callers at the same time share one request, and each gets its own partition", () =>
    Effect.gen(function*() {
      const { ask, seen } = yield* slowQuestion
      const asking = yield* Effect.forkChild(Effect.forEach(partitions, ask, { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(asking), partitions.map((partition) => `1: ${partition}`))
      assert.strictEqual(seen.asked, 1)
    }).pipe(Effect.scoped))

  it.effect("a caller that comes while a request is under way gets a new one", () =>
    Effect.gen(function*() {
      const { ask, seen } = yield* slowQuestion
      const first = yield* Effect.forkChild(ask(partitions[0]!))
      yield* TestClock.adjust("500 millis")
      const others = yield* Effect.forkChild(Effect.forEach(partitions, ask, { concurrency: "unbounded" }))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(first), "1: 0")
      assert.deepStrictEqual(yield* Fiber.join(others), partitions.map((partition) => `2: ${partition}`))
      assert.strictEqual(seen.asked, 2)
    }).pipe(Effect.scoped))

  it.effect("a request that fails fails for those that share it, and not for later callers", () =>
    Effect.gen(function*() {
      const { ask, seen } = yield* slowQuestion
      seen.isAway = true
      const asking = yield* Effect.forkChild(
        Effect.forEach(partitions, (one) => Effect.flip(ask(one)), { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(new Set((yield* Fiber.join(asking)).map(({ detail }) => detail)), new Set(["away"]))
      seen.isAway = false
      const again = yield* Effect.forkChild(ask(partitions[3]!))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(again), "2: 3")
    }).pipe(Effect.scoped))
})
