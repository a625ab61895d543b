/** What waits in the processor is bounded, whatever comes: records in mailboxes, and payments under way. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ChargeRejected, PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { CALL_ORDERS } from "@flash-sale/processor/item/FoldCallSize"
import { MAILBOX_CAPACITY } from "@flash-sale/processor/item/ItemActor"
import { INTAKE_BATCH } from "@flash-sale/processor/partition/Intake"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import { MAX_PAYMENTS_IN_FLIGHT } from "@flash-sale/processor/payment/PaymentSlots"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Latch, Layer, Logger, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { counts, order, stock } from "../Placing.ts"

const pass = (duration: Duration.Input) =>
  Effect.repeat(TestClock.adjust("100 millis"), { times: Duration.toMillis(duration) / 100 })

/** A processor on a file in memory, with this payment provider. */
const engineWith = (provider: Layer.Layer<PaymentProvider>) =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provide(provider),
    Layer.provideMerge(SqliteInfra.layerMemory),
    Layer.provideMerge(Logger.layer([]))
  )

describe("Bounds of a partition", () => {
  const COUNT = 20_000
  const door = Latch.makeUnsafe(false)
  const store = Layer.effect(
    ItemStore,
    Effect.map(ItemStore, (sound) => ({
      ...sound,
      fold: (request: Parameters<typeof sound.fold>[0]) => Effect.andThen(Latch.await(door), sound.fold(request))
    }))
  )
  const ports = Layer.mergeAll(
    ProcessorState.layer,
    SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
    Layer.provideMerge(store, SqliteInfra.layerMemory),
    Logger.layer([])
  )

  it.effect(
    "a store that folds nothing holds up the partition: mailboxes fill, and no more is taken until it folds again",
    () =>
      Effect.gen(function*() {
        const records = Array.from({ length: COUNT }, (_, n) => OnePartition.written(order(`r-${n}`, "101")))
        const { owned, seen } = yield* OnePartition.make("101", records)
        yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
        yield* pass("20 seconds")
        assert.isAtLeast(seen.taken, MAILBOX_CAPACITY)
        assert.isAtMost(seen.taken, MAILBOX_CAPACITY + CALL_ORDERS + INTAKE_BATCH)
        Latch.openUnsafe(door)
        yield* pass("20 seconds")
        assert.strictEqual(seen.taken, COUNT)
        assert.strictEqual(seen.committed, COUNT)
      }).pipe(Effect.provide(ports)),
    60_000
  )
})

describe("Bounds of payments", () => {
  const COUNT = MAX_PAYMENTS_IN_FLIGHT + 500
  const door = Latch.makeUnsafe(false)
  const asked = { now: 0, most: 0 }
  const provider = Layer.succeed(PaymentProvider, {
    charge: () =>
      Effect.suspend(() => {
        asked.most = Math.max(asked.most, ++asked.now)
        return Effect.ensuring(Effect.as(Latch.await(door), "paid" as const), Effect.sync(() => asked.now--))
      }),
    lookUp: () => Effect.undefined,
    void: () => Effect.void
  })
  const engine = engineWith(provider)

  it.effect(
    "a provider that answers nothing gets a bounded number of charges at once, and the others afterwards",
    () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock("101", COUNT))
        yield* log.append(stock("102", COUNT))
        const orders = Array.from({ length: COUNT }, (_, n) => order(`r-${n}`, n % 2 === 0 ? "101" : "102"))
        yield* Effect.forEach(orders, log.append, { concurrency: "unbounded", discard: true })
        yield* pass("5 seconds")
        assert.deepStrictEqual([asked.now, asked.most], [MAX_PAYMENTS_IN_FLIGHT, MAX_PAYMENTS_IN_FLIGHT])
        assert.strictEqual((yield* Metric.value(Metrics.paymentsInFlight)).value, MAX_PAYMENTS_IN_FLIGHT)
        Latch.openUnsafe(door)
        yield* pass("5 seconds")
        assert.strictEqual(asked.most, MAX_PAYMENTS_IN_FLIGHT)
        const sold = (yield* counts("101")).sold + (yield* counts("102")).sold
        assert.strictEqual(sold, COUNT)
        assert.strictEqual((yield* Metric.value(Metrics.paymentsInFlight)).value, 0)
      }).pipe(Effect.provide(engine), Effect.provideService(Metric.MetricRegistry, new Map())),
    60_000
  )
})

describe("A provider that refuses us for an hour", () => {
  const COUNT = 3 * MAX_PAYMENTS_IN_FLIGHT
  let refuses = true
  const provider = Layer.succeed(PaymentProvider, {
    charge: ({ key }) =>
      refuses
        ? Effect.fail(new ChargeRejected({ key, concerns: "us", detail: "401" }))
        : Effect.succeed("paid" as const),
    lookUp: () => Effect.undefined,
    void: () => Effect.void
  })
  const engine = engineWith(provider)

  it.effect(
    "keeps so many charges waiting for it as may be under way, the others in line, and sells all in the end",
    () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock("101", COUNT))
        const orders = Array.from({ length: COUNT }, (_, n) => order(`r-${n}`, "101"))
        yield* Effect.forEach(orders, log.append, { concurrency: "unbounded", discard: true })
        yield* pass("5 seconds")
        const inFlight = Effect.map(Metric.value(Metrics.paymentsInFlight), ({ value }) => value)
        for (let minutes = 0; minutes < 60; minutes++) {
          yield* TestClock.adjust("1 minute")
          // The file takes its time, which the test's clock does not move: never more, and so many again soon.
          assert.isAtMost(yield* inFlight, MAX_PAYMENTS_IN_FLIGHT)
          yield* Effect.repeat(TestClock.adjust("100 millis"), {
            until: () => Effect.map(inFlight, (count) => count === MAX_PAYMENTS_IN_FLIGHT)
          })
        }
        assert.strictEqual((yield* counts("101")).held, COUNT)
        refuses = false
        yield* Effect.repeat(TestClock.adjust("100 millis"), {
          until: () => Effect.map(counts("101"), ({ sold }) => sold === COUNT)
        })
      }).pipe(Effect.provide(engine), Effect.provideService(Metric.MetricRegistry, new Map())),
    60_000
  )
})
