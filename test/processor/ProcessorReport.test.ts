/** What a processor says of itself, by its state and its metrics. */
import { assert, describe, it } from "@effect/vitest"
import { type Instance, InstanceText, type ProcessorInstance } from "@flash-sale/domain/instances/Instance"
import { Instances, type Service } from "@flash-sale/domain/ports/Instances"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as ProcessorReport from "@flash-sale/processor/ProcessorReport"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Effect, Layer, Metric, Schema } from "effect"
import { TestClock } from "effect/testing"

const partition = (index: number) => PartitionId.make(index)

/** The last report, after a second more. */
class Reported extends Context.Service<Reported, { last: Instance | undefined }>()("test/processor/Reported") {}

const memory = Layer.unwrap(Effect.map(Reported, (reported) =>
  Layer.succeed(
    Instances,
    {
      report: (instance) => Effect.sync(() => void (reported.last = instance)),
      withdraw: () => Effect.void,
      list: Effect.succeed([])
    } satisfies Service
  )))

const layer = ProcessorReport.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provide(memory),
  Layer.provideMerge(Layer.sync(Reported, () => ({ last: undefined }))),
  Layer.provideMerge(Telemetry.layerMetrics("processor")),
  Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
)

const next = Effect.gen(function*() {
  yield* TestClock.adjust("1 second")
  const { last } = yield* Reported
  // It can be kept and read again, as it is.
  assert.deepStrictEqual(Schema.decodeSync(InstanceText)(Schema.encodeSync(InstanceText)(last!)), last)
  return last as ProcessorInstance
})

const shown = Effect.flatMap(Telemetry.Telemetry, ({ collect }) => collect)

describe("ProcessorReport", () => {
  it.effect("one that owns nothing says so, and makes no series of its own", () =>
    Effect.gen(function*() {
      const before = yield* shown
      const idle = yield* next
      assert.deepInclude(idle, {
        service: "processor",
        redis: false,
        kafka: false,
        partitions: { running: 0, recovering: 0, waiting: 0, refusing: 0 },
        owned: [],
        folded_per_second: 0,
        lag: { records: 0, seconds: 0 },
        halted: [],
        recovering: [],
        stopped_items: 0,
        payments: { in_flight: 0, in_doubt: 0, per_second: {}, held_back: false, simulated: false }
      })
      assert.notProperty(idle, "dead_letters")
      assert.strictEqual(yield* shown, before)
    }).pipe(Effect.provide(layer)))

  it.effect("partitions, lag, recoveries, payments and dead letters are those of the moment", () =>
    Effect.gen(function*() {
      yield* next
      const state = yield* ProcessorState.ProcessorState
      yield* state.set(partition(7), { _tag: "Running" })
      yield* state.set(partition(0), { _tag: "Recovering", from: 1, until: 90, at: () => 40 })
      yield* state.set(partition(3), { _tag: "Halted", code: "trimmed_log", why: "it is" })
      yield* state.set(partition(4), { _tag: "Waiting", why: "the store is away" })
      yield* state.stopItem(partition(7), ItemId.make("101"), "WRONGTYPE")
      yield* state.holdPayments("provider", "401")
      yield* Metric.update(EngineMetrics.up.processor.redis, 1)
      yield* Metric.update(EngineMetrics.up.processor.kafka, 1)
      yield* Metric.update(EngineMetrics.foldBatch, 300)
      yield* Metric.update(EngineMetrics.foldBatch, 200)
      yield* Metric.update(EngineMetrics.partitionLag(7), 5)
      yield* Metric.update(EngineMetrics.partitionLag(3), 10)
      yield* Metric.update(EngineMetrics.partitionLagSeconds(7), 0.5)
      yield* Metric.update(EngineMetrics.partitionLagSeconds(3), 61)
      yield* Metric.update(Metrics.paymentsInFlight, 12)
      yield* Metric.update(Metrics.paymentsInDoubt, 3)
      yield* Metric.update(Metrics.paymentsTotal("paid"), 40)
      yield* Metric.update(Metrics.paymentsTotal("declined"), 4)
      yield* Metric.update(Metrics.dlqSize, 2)
      yield* Metric.update(Metrics.dlqOldestMessageAge, 3.5)
      const busy = yield* next
      assert.deepInclude(busy, {
        redis: true,
        kafka: true,
        partitions: { running: 1, recovering: 1, waiting: 1, refusing: 1 },
        owned: [0, 3, 4, 7].map(partition),
        folded_per_second: 500,
        lag: { records: 15, seconds: 61, partition: partition(3) },
        halted: [{ partition: partition(3), code: "trimmed_log" }],
        recovering: [{ partition: partition(0), at: 40, until: 90 }],
        stopped_items: 1,
        payments: {
          in_flight: 12,
          in_doubt: 3,
          per_second: { paid: 40, declined: 4 },
          held_back: true,
          simulated: false
        },
        dead_letters: { size: 2, oldest_seconds: 3.5 }
      })
      assert.strictEqual((yield* next).folded_per_second, 0)
      // The lag of a partition that is given up is another processor's.
      yield* state.set(partition(3), undefined)
      assert.deepStrictEqual((yield* next).lag, { records: 5, seconds: 0.5, partition: partition(7) })
    }).pipe(Effect.provide(layer)))

  it.effect("a processor of many partitions names some of them, and counts them all", () =>
    Effect.gen(function*() {
      const state = yield* ProcessorState.ProcessorState
      for (let at = 0; at < 400; at++) {
        yield* state.set(partition(at), { _tag: "Halted", code: "trimmed_log", why: "it is" })
      }
      const many = yield* next
      assert.deepStrictEqual([many.partitions.refusing, many.owned.length, many.halted.length], [400, 256, 20])
    }).pipe(Effect.provide(layer)))
})
