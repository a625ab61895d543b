/** What the processor says of itself. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { EventsTold, OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, Metric } from "effect"

const partition = (index: number) => PartitionId.make(index)

describe("Processor.health", () => {
  it.effect("health says how far a recovery has come, and is healthy meanwhile", () =>
    Effect.gen(function*() {
      const state = yield* ProcessorState.ProcessorState
      let at = 40
      yield* state.set(partition(0), { _tag: "Running" })
      yield* state.set(partition(3), { _tag: "Recovering", from: 10, until: 100, at: () => at })
      assert.deepStrictEqual((yield* Health.check).recovery, ["partition 3: 40 of 100"])
      // Well, but the next one should not be replaced yet.
      assert.isFalse(yield* Health.isReady)
      at = 70
      const health = yield* Health.check
      assert.deepStrictEqual(health, {
        status: "healthy",
        redis: true,
        kafka: true,
        partitions: { running: 1, recovering: 1, waiting: 0, refusing: 0 },
        payments: "provider",
        recovery: ["partition 3: 70 of 100"]
      })
      yield* state.set(partition(3), { _tag: "Running" })
      assert.isTrue(yield* Health.isReady)
    }).pipe(Effect.provide(Layer.merge(ProcessorState.layer, SqliteInfra.layerMemory))))

  it.effect("health names what waits, what halts and what is stopped, and is unhealthy", () =>
    Effect.gen(function*() {
      const state = yield* ProcessorState.ProcessorState
      yield* state.set(partition(1), { _tag: "Waiting", why: "the store is away" })
      yield* state.set(partition(2), { _tag: "Halted", code: "ahead_of_log", why: "the log is short" })
      yield* state.stopItem(partition(1), ItemId.make("101"), "WRONGTYPE")
      const { problems, recovery, status } = yield* Health.check
      assert.strictEqual(status, "unhealthy")
      assert.isUndefined(recovery)
      assert.strictEqual((yield* Metric.value(EngineMetrics.itemsStopped)).value, 1)
      const inState = (of: Parameters<typeof EngineMetrics.partitionsIn>[0]) =>
        Effect.map(Metric.value(EngineMetrics.partitionsIn(of)), ({ value }) => value)
      const states = yield* Effect.all([inState("waiting"), inState("refusing"), inState("running")])
      assert.deepStrictEqual(states, [1, 1, 0])
      assert.deepStrictEqual(problems, [
        "partition 1: the store is away",
        "partition 2: ahead_of_log: the log is short",
        "item 101: WRONGTYPE"
      ])
    }).pipe(Effect.provide(Layer.merge(ProcessorState.layer, SqliteInfra.layerMemory))))

  it.effect("health says why the log is refused and what loses records, and is unhealthy", () =>
    Effect.gen(function*() {
      const bad = (change: Partial<OrderLog["Service"]>) =>
        Layer.unwrap(Effect.map(OrderLog, (log) => Layer.succeed(OrderLog, { ...log, ...change })))
      const losing = bad({ warnings: Effect.succeed(["the topic orders loses records"]) })
      assert.deepInclude(yield* Effect.provide(Health.check, losing), {
        status: "unhealthy",
        kafka: true,
        problems: ["the topic orders loses records"]
      })
      const refused = bad({ isUp: Effect.succeed(false), trouble: Effect.succeed("KAFKA_PARTITIONS is 24") })
      assert.isTrue(yield* Effect.provide(Health.isReady, losing))
      assert.isFalse(yield* Effect.provide(Health.isReady, refused))
      assert.deepInclude(yield* Effect.provide(Health.check, refused), {
        status: "unhealthy",
        kafka: false,
        problems: ["the log is not used: KAFKA_PARTITIONS is 24"]
      })
    }).pipe(Effect.provide(Layer.merge(ProcessorState.layer, SqliteInfra.layerMemory))))

  it.effect("health says why order events cannot be told, unless none are, or the log is away", () =>
    Effect.gen(function*() {
      const away = (warnings: ReadonlyArray<string>) =>
        Layer.unwrap(Effect.map(OrderEvents, (events) =>
          Layer.succeed(OrderEvents, {
            ...events,
            isUp: Effect.succeed(false),
            warnings: Effect.succeed(warnings)
          })))
      const problems = Effect.map(Health.check, (health) => [health.status, health.kafka, health.problems])
      const silent = "order events cannot be told: they do not answer"
      assert.deepStrictEqual(yield* Effect.provide(problems, away([])), ["unhealthy", true, [silent]])
      const missing = away(["the topic order-events is missing"])
      assert.deepStrictEqual(
        yield* Effect.provide(problems, missing),
        ["unhealthy", true, ["the topic order-events is missing"]]
      )
      const off = Layer.succeed(EventsTold, "off")
      assert.deepStrictEqual(yield* Effect.provide(problems, Layer.merge(missing, off)), ["healthy", true, undefined])
      const noLog = Layer.unwrap(
        Effect.map(OrderLog, (log) => Layer.succeed(OrderLog, { ...log, isUp: Effect.succeed(false) }))
      )
      assert.deepStrictEqual(
        yield* Effect.provide(problems, Layer.merge(missing, noLog)),
        ["unhealthy", false, undefined]
      )
    }).pipe(Effect.provide(Layer.merge(ProcessorState.layer, SqliteInfra.layerMemory))))

  it.effect("health says whether log and store answer", () =>
    Effect.gen(function*() {
      const ports = Layer.unwrap(Effect.gen(function*() {
        const log = yield* OrderLog
        const store = yield* ItemStore
        return Layer.merge(
          Layer.succeed(OrderLog, { ...log, isUp: Effect.succeed(false) }),
          Layer.succeed(ItemStore, { ...store, isUp: Effect.succeed(false) })
        )
      }))
      const { kafka, redis, status } = yield* Effect.provide(Health.check, ports)
      assert.deepStrictEqual({ kafka, redis, status }, { kafka: false, redis: false, status: "unhealthy" })
    }).pipe(Effect.provide(Layer.merge(ProcessorState.layer, SqliteInfra.layerMemory))))
})
