/** What processors are known to know, by what they publish. */
import { assert, describe, it } from "@effect/vitest"
import { type Backlog, Backlogs, type Service } from "@flash-sale/domain/ports/Backlogs"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { PartitionCount } from "@flash-sale/gateway/guards/PartitionCount"
import * as ProcessorRules from "@flash-sale/gateway/guards/ProcessorRules"
import { StoreBreaker } from "@flash-sale/gateway/guards/StoreBreaker"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Effect, Fiber, Latch, Layer } from "effect"
import { TestClock } from "effect/testing"

const PARTITIONS = 4
const itemId = ItemId.make("101")
const own = home(itemId, PARTITIONS)

/** A gateway over a store that says this. */
const world = (read: Service["read"], more: Partial<Service> = {}, partitions: number | "unknown" = PARTITIONS) =>
  ProcessorRules.layer.pipe(Layer.provide([
    Layer.succeed(Backlogs, { publish: () => Effect.void, read, ...more }),
    Layer.mock(PartitionCount, { now: () => partitions === "unknown" ? undefined : partitions }),
    Layer.succeed(StoreBreaker, {
      ask: (question) => question,
      askAside: (question) => question,
      failedAt: () => Number.NEGATIVE_INFINITY
    })
  ]))

const isKnown = (item = itemId) =>
  Effect.flatMap(
    ProcessorRules.ProcessorRules,
    ({ ask }) => Completion.wait<boolean, never>((completion) => ask(item, completion))
  )
const backlogs = (rules: number) => new Map<PartitionId, Backlog>([[own, { folded: 1, perSecond: 1, rules }]])

describe("What processors know", () => {
  it.effect("is what the owner of the item's partition says, and of any other nothing", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* isKnown())
      const other = ["102", "103", "104", "105", "106"].map((id) => ItemId.make(id)).find((id) =>
        home(id, PARTITIONS) !== own
      )
      assert.isFalse(yield* isKnown(other))
    }).pipe(Effect.provide(world(Effect.succeed(backlogs(2))))))

  it.effect("is heard again after a while, and a yes is not waited for", () => {
    const state = { rules: 1, reads: 0 }
    const read = Effect.sync(() => {
      state.reads++
      return backlogs(state.rules)
    })
    return Effect.gen(function*() {
      assert.isFalse(yield* isKnown())
      state.rules = 2
      assert.isFalse(yield* isKnown())
      assert.strictEqual(state.reads, 1)
      // A no is asked for again before it is repeated.
      yield* TestClock.adjust(ProcessorRules.READ_EVERY)
      assert.isTrue(yield* isKnown())
      assert.strictEqual(state.reads, 2)
      state.rules = 1
      // A yes is used while the next is being asked for.
      yield* TestClock.adjust(ProcessorRules.READ_EVERY)
      assert.isTrue(yield* isKnown())
      assert.strictEqual(state.reads, 3)
      assert.isFalse(yield* isKnown())
      state.rules = 2
      yield* TestClock.adjust(ProcessorRules.READ_EVERY)
      assert.isTrue(yield* isKnown())
      state.rules = 1
      yield* TestClock.adjust(ProcessorRules.MAX_AGE)
      assert.isFalse(yield* isKnown())
    }).pipe(Effect.provide(world(read)))
  })

  it.effect("is what was heard last while the store is away, and nothing before", () => {
    const state = { isAway: true }
    const read = Effect.suspend(() =>
      state.isAway ? Effect.fail(new StoreUnavailable({ detail: "away" })) : Effect.succeed(backlogs(2))
    )
    return Effect.gen(function*() {
      assert.isFalse(yield* isKnown())
      state.isAway = false
      yield* TestClock.adjust(ProcessorRules.READ_EVERY)
      assert.isTrue(yield* isKnown())
      state.isAway = true
      yield* TestClock.adjust("1 hour")
      assert.isTrue(yield* isKnown())
    }).pipe(Effect.provide(world(read)))
  })

  it.effect("is waited for by all that ask meanwhile, by one reading", () =>
    Effect.gen(function*() {
      const latch = yield* Latch.make()
      let reads = 0
      const read = Effect.andThen(Effect.sync(() => reads++), Effect.as(latch.await, backlogs(2)))
      yield* Effect.gen(function*() {
        const asking = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(isKnown(), { startImmediately: true }))
        assert.deepStrictEqual(asking.map((fiber) => fiber.pollUnsafe()), [undefined, undefined, undefined])
        yield* latch.open
        assert.deepStrictEqual(yield* Effect.forEach(asking, Fiber.join), [true, true, true])
        assert.strictEqual(reads, 1)
      }).pipe(Effect.provide(world(read)))
    }))

  it.effect("is not asked where both are one process, and not known of a log that nobody knows", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* isKnown().pipe(Effect.provide(world(Effect.die("asked"), { ownRules: 2 }))))
      const unknown = world(Effect.succeed(backlogs(2)), {}, "unknown")
      assert.isFalse(yield* isKnown().pipe(Effect.provide(Layer.fresh(unknown))))
    }))
})
