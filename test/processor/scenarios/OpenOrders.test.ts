/**
 * More orders are open than a partition keeps in memory: those for which there is no room wait in the log, and all
 * become final, whatever the provider does meanwhile and wherever the processor is stopped.
 */
import { assert, describe, it } from "@effect/vitest"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import {
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider
} from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { OpenOrderLimits } from "@flash-sale/processor/order/OpenOrderBudget"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Exit, Latch, Layer, Logger, Metric, Scope } from "effect"
import { TestClock } from "effect/testing"
import { PARTITIONS } from "../OnePartition.ts"
import { counts, order, statusOf, stock } from "../Placing.ts"

/** Orders that a partition keeps in memory, and orders of the tests. */
const ROOM = 5
const LIMITS = { own: ROOM, shared: 0 }
const ORDERS = 60
const LATENCY = Duration.millis(50)

const partition = home(ItemId.make("101"), PARTITIONS)
/** Two items of one partition. */
const items = Array.from({ length: 1_000 }, (_, n) => String(n)).filter((item) =>
  home(ItemId.make(item), PARTITIONS) === partition
).slice(0, 2)
const [HOT = "", OTHER = ""] = items
const requests = Array.from({ length: ORDERS }, (_, n) => `r-${n}`)
const itemOf = (n: number): string => n % 3 === 0 ? OTHER : HOT

/** A provider that keeps its promise, and answers as the test wants. */
const makeProvider = () => {
  const it = {
    answer: (_: string): Effect.Effect<ChargeResult, PaymentError> => Effect.succeed("paid"),
    /** Keys under which money was taken, and that were voided. */
    paid: new Set<string>(),
    voided: new Array<string>(),
    /** In the order of their first charges. */
    asked: new Set<string>(),
    now: 0,
    most: 0
  }
  const layer = Layer.succeed(PaymentProvider, {
    charge: ({ key }) =>
      Effect.suspend(() => {
        it.asked.add(key)
        it.most = Math.max(it.most, ++it.now)
        return Effect.delay(Effect.suspend(() => it.answer(key)), LATENCY).pipe(
          Effect.tap((result) => Effect.sync(() => result === "paid" && it.paid.add(key))),
          Effect.ensuring(Effect.sync(() => it.now--))
        )
      }),
    lookUp: () => Effect.undefined,
    void: (key) => Effect.sync(() => void it.voided.push(key))
  })
  return { it, layer }
}

/** The world of one test: the file and the provider outlive the processors that `start` builds and `stop` ends. */
const world = Effect.gen(function*() {
  const { it, layer } = makeProvider()
  let running: Scope.Closeable | undefined
  const start = Effect.gen(function*() {
    running = yield* Scope.make()
    const engine = Processor.layer.pipe(Layer.provideMerge(ProcessorState.layer), Layer.provide(layer))
    yield* Layer.buildWithScope(Layer.fresh(engine), running).pipe(Effect.provideService(OpenOrderLimits, LIMITS))
  })
  const stop = Effect.suspend(() => running === undefined ? Effect.void : Scope.close(running, Exit.void))
  yield* Effect.addFinalizer(() => Effect.ignore(stop))
  return { provider: it, start, stop }
})

const pass = (duration: Duration.Input) =>
  Effect.repeat(TestClock.adjust("50 millis"), { times: Duration.toMillis(duration) / 50 })

const append = (record: LogRecord.NewRecord) => Effect.flatMap(OrderLog, (log) => log.append(record))

const buyAll = Effect.gen(function*() {
  yield* append(stock(HOT, ORDERS))
  yield* append(stock(OTHER, ORDERS))
  yield* Effect.forEach(requests, (request, n) => append(order(request, itemOf(n))))
})

const statuses = Effect.map(Effect.forEach(requests, statusOf), (all) => {
  const count: Record<string, number> = {}
  for (const status of all) count[String(status)] = (count[String(status)] ?? 0) + 1
  return count
})

const gauge = (metric: (partition: number) => Metric.Metric<number, Metric.GaugeState<number>>) =>
  Effect.map(Metric.value(metric(partition)), ({ value }) => value)

const keyOf = (n: number): string => `${itemOf(n)}:r-${n}:1`

const layer = Layer.mergeAll(SqliteInfra.layerMemory, Logger.layer([]))

const live = <A, E>(body: Effect.Effect<A, E, Layer.Success<typeof layer> | Scope.Scope>) =>
  Effect.scoped(body).pipe(Effect.provide(layer), Effect.provideService(Metric.MetricRegistry, new Map()))

const sold = Effect.gen(function*() {
  return (yield* counts(HOT)).sold + (yield* counts(OTHER)).sold
})

describe("More open orders than there is room for", () => {
  it.effect("are paid one after the other as there is room, in the order of the log", () =>
    live(Effect.gen(function*() {
      const { provider, start } = yield* world
      const door = Latch.makeUnsafe(false)
      provider.answer = () => Effect.as(Latch.await(door), "paid")
      yield* start
      yield* buyAll
      yield* pass("1 second")
      assert.strictEqual(yield* gauge(EngineMetrics.partitionWaitingOrders), ORDERS - ROOM)
      assert.deepStrictEqual(yield* statuses, { RESERVED: ORDERS })
      Latch.openUnsafe(door)
      yield* pass("10 seconds")
      assert.deepStrictEqual(yield* statuses, { COMPLETED: ORDERS })
      assert.isAtMost(provider.most, ROOM)
      assert.deepStrictEqual([...provider.asked].toSorted(), requests.map((_, n) => keyOf(n)).toSorted())
      // Between the two items' folds the order may be another, by no more than what there is room for.
      const places = [...provider.asked].map((key) => Number(key.split("-")[1]!.split(":")[0]))
      places.forEach((n, place) => assert.isAtMost(Math.abs(n - place), 2 * ROOM, `order ${n} came as number ${place}`))
      assert.strictEqual(yield* sold, ORDERS)
      assert.strictEqual(yield* gauge(EngineMetrics.partitionWaitingOrders), 0)
      assert.strictEqual(yield* gauge(EngineMetrics.partitionOpenOrders), 0)
    })))

  it.effect("all become final, each charged once, where the provider refuses us and the processor is stopped", () =>
    live(Effect.gen(function*() {
      const { provider, start, stop } = yield* world
      yield* start
      yield* buyAll
      yield* pass("1 second")
      const refused = (key: string) => Effect.fail(new ChargeRejected({ key, concerns: "us", detail: "401" }))
      provider.answer = refused
      yield* pass("1 minute")
      const before = provider.paid.size
      assert.isBelow(before, ORDERS)
      // All that is open is read again at each start; there is room for as many as before.
      for (let n = 0; n < 3; n++) {
        yield* stop
        yield* start
        yield* pass("20 seconds")
      }
      assert.isAtMost(provider.most, ROOM)
      assert.strictEqual(provider.paid.size, before)
      provider.answer = () => Effect.succeed("paid")
      for (let n = 0; n < 5; n++) {
        yield* pass("700 millis")
        yield* stop
        yield* start
      }
      yield* pass("40 seconds")
      assert.deepStrictEqual(yield* statuses, { COMPLETED: ORDERS })
      assert.isAtMost(provider.most, ROOM)
      assert.strictEqual(provider.paid.size, ORDERS)
      assert.strictEqual(yield* sold, ORDERS)
    })))

  it.effect("are voided and never charged where they are cancelled while they wait", () =>
    live(Effect.gen(function*() {
      const { provider, start } = yield* world
      provider.answer = () => Effect.never
      yield* start
      yield* buyAll
      yield* pass("1 second")
      const last = requests.length - 1
      const cancelled = [last, last - 1, last - 2]
      yield* Effect.forEach(cancelled, (n) =>
        append(
          LogRecord.encode(
            ItemId.make(itemOf(n)),
            Command.Cancel({ requestId: RequestId.make(requests[n]!), attempt: 1 })
          )
        ))
      yield* pass("1 second")
      provider.answer = () => Effect.succeed("paid")
      // Those that were asked without an answer are asked again.
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* statuses, { COMPLETED: ORDERS - 3, CANCELLED: 3 })
      assert.deepStrictEqual(provider.voided.toSorted(), cancelled.map(keyOf).toSorted())
      cancelled.forEach((n) => assert.isFalse(provider.asked.has(keyOf(n))))
      assert.strictEqual(yield* sold, ORDERS - 3)
    })))

  it.effect("are not charged where another has settled them while they waited", () =>
    live(Effect.gen(function*() {
      const { provider, start } = yield* world
      let isOpen = false
      provider.answer = () => isOpen ? Effect.succeed("paid") : Effect.never
      yield* start
      yield* buyAll
      yield* pass("1 second")
      const n = ORDERS - 1
      const settlements = [{ requestId: RequestId.make(requests[n]!), attempt: 1, outcome: "paid" as const }]
      yield* append(LogRecord.encode(ItemId.make(itemOf(n)), Command.Settle({ settlements })))
      yield* pass("1 second")
      isOpen = true
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* statuses, { COMPLETED: ORDERS })
      assert.isFalse(provider.asked.has(keyOf(n)))
    })))
})

describe("A stopped item with more open orders than there is room for", () => {
  const damage = { isThere: false }
  const damaged = Layer.effect(
    ItemStore,
    Effect.map(ItemStore, (sound) => ({
      ...sound,
      fold: (request: Parameters<typeof sound.fold>[0]) =>
        Effect.suspend(() =>
          damage.isThere && request.itemId === HOT
            ? Effect.fail(new ItemDamaged({ itemId: HOT, detail: "a key of the wrong type" }))
            : sound.fold(request)
        )
    }))
  ).pipe(Layer.provideMerge(SqliteInfra.layerMemory))

  it.effect("takes no room from other items of its partition", () =>
    Effect.scoped(Effect.gen(function*() {
      const { provider, start } = yield* world
      let isOpen = false
      provider.answer = () => isOpen ? Effect.succeed("paid") : Effect.never
      yield* start
      yield* append(stock(HOT, ORDERS))
      yield* append(stock(OTHER, ORDERS))
      yield* Effect.forEach(requests.slice(0, 3 * ROOM), (request) => append(order(request, HOT)))
      yield* pass("1 second")
      damage.isThere = true
      isOpen = true
      yield* append(order("stops-it", HOT))
      yield* pass("5 seconds")
      yield* append(order("other", OTHER))
      yield* pass("5 seconds")
      assert.strictEqual(yield* statusOf("other"), "COMPLETED")
      damage.isThere = false
      yield* pass("60 seconds")
      assert.strictEqual(yield* statusOf("stops-it"), "COMPLETED")
      assert.strictEqual((yield* counts(HOT)).sold, 3 * ROOM + 1)
    })).pipe(
      Effect.provide(Layer.mergeAll(damaged, Logger.layer([]))),
      Effect.provideService(Metric.MetricRegistry, new Map())
    ))
})
