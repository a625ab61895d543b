/** A bug in what the gateway does beside its requests is logged and outlived: no loop of it ends in silence. */
import { assert, describe, it } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LiveEvent, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import { defaultSettings } from "@flash-sale/domain/rules/SaleSettings"
import * as LogBreaker from "@flash-sale/gateway/guards/LogBreaker"
import * as PartitionCount from "@flash-sale/gateway/guards/PartitionCount"
import * as StoreBreaker from "@flash-sale/gateway/guards/StoreBreaker"
import * as WaitEstimate from "@flash-sale/gateway/guards/WaitEstimate"
import * as ItemFeed from "@flash-sale/gateway/live/ItemFeed"
import { Duration, Effect, Exit, Fiber, Layer, Logger, Queue, References, Stream } from "effect"
import { TestClock } from "effect/testing"

const PARTITIONS = 12
const itemId = ItemId.make("101")
const settings = defaultSettings
const summary = {
  isKnown: true,
  isComplete: true,
  available: 5,
  held: 0,
  sold: 0,
  stocked: 5,
  refused: {},
  settings,
  rules: 1,
  position: 1,
  pendingEdit: undefined
}

/** What breaks the first time that it is run. */
const once = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  let runs = 0
  return Effect.suspend(() => runs++ === 0 ? Effect.die(new Error("a bug")) : effect)
}

/** Runs a test that fails unless one bug was logged. */
const logged = <A, E>(test: Effect.Effect<A, E>) => {
  const bugs: Array<unknown> = []
  const logger = Logger.make(({ fiber, logLevel }) => {
    const { event } = fiber.getRef(References.CurrentLogAnnotations)
    if (logLevel === "Error") bugs.push(event)
  })
  return Effect.ensuring(test, Effect.sync(() => assert.deepStrictEqual(bugs, ["internal_error"]))).pipe(
    Effect.provide(Layer.fresh(Logger.layer([logger])))
  )
}

const partitionCount = Layer.succeed(PartitionCount.PartitionCount, {
  partitions: Effect.succeed(PARTITIONS),
  now: () => PARTITIONS
})

describe("A bug", () => {
  it.effect("in the ping of a store that is away does not keep it away", () =>
    logged(
      Effect.gen(function*() {
        const { ask } = yield* StoreBreaker.StoreBreaker
        const asked = yield* Effect.forkChild(Effect.exit(ask(Effect.never)))
        yield* TestClock.adjust("1 second")
        assert.isTrue(Exit.isFailure(yield* Fiber.join(asked)))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* ask(Effect.succeed("back")), "back")
      }).pipe(
        Effect.provide(
          StoreBreaker.layer.pipe(Layer.provide(Layer.mock(ItemStore, { isUp: once(Effect.succeed(true)) })))
        )
      )
    ))

  it.effect("in the question for the number of partitions is asked again", () =>
    logged(Effect.gen(function*() {
      const layer = PartitionCount.layer.pipe(
        Layer.provide(Layer.mock(OrderLog, { offer: () => undefined, partitions: once(Effect.succeed(PARTITIONS)) }))
      )
      const built = yield* Effect.forkChild(Effect.scoped(
        Effect.gen(function*() {
          const { now } = yield* PartitionCount.PartitionCount
          yield* TestClock.adjust("1 second")
          return now()
        }).pipe(Effect.provide(layer))
      ))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(built), PARTITIONS)
    })))

  it.effect("in reading backlogs leaves what was known, and they are read again", () =>
    logged(
      Effect.gen(function*() {
        const estimate = yield* WaitEstimate.WaitEstimate
        const partition = home(itemId, PARTITIONS)
        const at = () => estimate.at({ partition, offset: Offset.make(9) })
        assert.strictEqual(at(), 0)
        yield* TestClock.adjust("250 millis")
        assert.strictEqual(at(), 10_000)
      }).pipe(
        Effect.provide(WaitEstimate.layer.pipe(Layer.provide([
          partitionCount,
          Layer.succeed(StoreBreaker.StoreBreaker, {
            ask: (question) => question,
            askAside: (question) => question,
            failedAt: () => 0
          }),
          Layer.succeed(Backlogs, {
            publish: () => Effect.void,
            read: once(Effect.sync(() => new Map([[home(itemId, PARTITIONS), { folded: 0, perSecond: 1, rules: 2 }]])))
          })
        ])))
      )
    ))

  it.effect("in the probe of the log is a probe that failed", () =>
    logged(
      Effect.gen(function*() {
        const breaker = yield* LogBreaker.LogBreaker
        yield* breaker.record(false)
        assert.strictEqual(breaker.state(), "open")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(breaker.state(), "closed")
      }).pipe(
        Effect.provide(
          LogBreaker.layer({
            failureThreshold: 1,
            successThreshold: 1,
            baseTimeout: Duration.seconds(1),
            maxTimeout: Duration.seconds(1)
          }).pipe(Layer.provide(Layer.mock(OrderLog, { offer: () => undefined, isUp: once(Effect.succeed(true)) })))
        )
      )
    ))

  const event = (id: string): LiveEvent => ({ id, event: { available: 4, held: 1, sold: 0, orders: [] } })
  const feed = (events: Partial<LiveEvents["Service"]>, store: Partial<ItemStore["Service"]>) =>
    Layer.mergeAll(
      Layer.mock(LiveEvents, { follow: () => Stream.never, ...events }),
      Layer.mock(ItemStore, { read: () => Effect.succeed(summary), ...store }),
      partitionCount,
      Layer.mock(StoreBreaker.StoreBreaker, {
        askAside: (question) => question,
        failedAt: () => Number.NEGATIVE_INFINITY
      })
    )
  const joined = Effect.gen(function*() {
    const { join } = yield* ItemFeed.make(itemId)
    const queue = yield* Queue.unbounded<{ readonly text: string }>()
    const subscriber = { offer: (round: { readonly text: string }) => Queue.offerUnsafe(queue, round), end: () => {} }
    yield* join({ queue: queue as never, ...subscriber })
    return queue
  })

  it.effect("in the reader of a feed is followed by the next event", () =>
    logged(
      Effect.scoped(Effect.gen(function*() {
        const queue = yield* joined
        yield* TestClock.adjust("5 seconds")
        assert.match((yield* Queue.takeAll(queue))[0]!.text, /^event: change/)
      })).pipe(
        Effect.provide(Layer.unwrap(Effect.sync(() => {
          let follows = 0
          return feed({
            follow: () =>
              follows++ === 0 ? Stream.die(new Error("a bug")) : Stream.concat(Stream.make(event("1")), Stream.never)
          }, {})
        })))
      )
    ))

  it.effect("in a feed's own look at its item is followed by the next look", () =>
    logged(
      Effect.scoped(Effect.gen(function*() {
        const queue = yield* joined
        yield* TestClock.adjust("20 seconds")
        const [first, second] = yield* Queue.takeAll(queue)
        // What is shown may be old by then.
        assert.match(first.text, /^event: unavailable/)
        assert.match(second!.text, /^event: snapshot[^]*"paused":true/)
      })).pipe(
        Effect.provide(Layer.unwrap(Effect.sync(() => {
          let looks = 0
          const read = Effect.suspend(() => {
            looks++
            if (looks === 2) return Effect.die(new Error("a bug"))
            return Effect.succeed({ ...summary, settings: { ...settings, paused: looks > 2 } })
          })
          return feed({}, { read: () => read })
        })))
      )
    ))
})
