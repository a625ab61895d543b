/** How far a partition's fold is behind, as its gauges say. */
import { assert, describe, it } from "@effect/vitest"
import type { OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Lag from "@flash-sale/processor/partition/Lag"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Deferred, Effect, Fiber, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as SteppingClock from "../../infra/time/SteppingClock.ts"

const PARTITION = PartitionId.make(3)

const record = (offset: number, timestamp: number): LogRecord => ({
  partition: PARTITION,
  offset: Offset.make(offset),
  timestamp,
  key: "101",
  value: new Uint8Array(),
  headers: {}
})

/** A partition of which only its end matters. */
const owned = (bounds: { start: number; end: number }): OwnedPartition => ({
  partition: PARTITION,
  committed: Effect.succeed(Offset.make(10)),
  bounds: Effect.sync(() => ({ start: Offset.make(bounds.start), end: Offset.make(bounds.end) })),
  seek: () => Effect.void,
  take: () => Effect.never,
  commit: () => Effect.void,
  revoked: Effect.never
})

const shown = Effect.gen(function*() {
  const lag = yield* Metric.value(EngineMetrics.partitionLag(PARTITION))
  const seconds = yield* Metric.value(EngineMetrics.partitionLagSeconds(PARTITION))
  return [lag.value, seconds.value]
})

const isolated = Effect.provideService(Metric.MetricRegistry, new Map())

describe("Lag", () => {
  it.effect("the lag is the records not folded yet, and the age of the oldest of them", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(100_000)
      const log = { start: 0, end: 16 }
      let next = 10
      const lag = yield* Lag.make(owned(log))
      lag.follow(() => next)
      lag.took([record(10, 60_000), record(11, 61_000), record(12, 62_000)])
      lag.took([record(13, 90_000), record(14, 91_000), record(15, 92_000)])
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [6, 40])
      next = 14
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [2, 10])
      next = 16
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [0, 0])
      // What was not taken yet is as old as the fold has been standing still, at the least.
      log.end = 20
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [4, 0])
      yield* TestClock.adjust("5 seconds")
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [4, 5])
    }).pipe(isolated))

  it.effect("the lag is never below the time that a record has been here, whatever clock has stamped it", () =>
    Effect.gen(function*() {
      const lag = yield* Lag.make(owned({ start: 0, end: 11 }))
      lag.follow(() => 10)
      // An hour ahead of this machine.
      lag.took([record(10, 3_600_000)])
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [1, 0])
      yield* TestClock.adjust("40 seconds")
      yield* SteppingClock.step(SteppingClock.STEPS["6 h back"])
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [1, 40])
    }).pipe(isolated, Effect.provide(SteppingClock.layer)))

  it.effect("the lag grows from the committed offset on while the worker has not begun", () =>
    Effect.gen(function*() {
      const lag = yield* Lag.make(owned({ start: 0, end: 25 }))
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [15, 0])
      yield* TestClock.adjust("1 minute")
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [15, 60])
    }).pipe(isolated))

  it.effect("the lag is reported no more once the partition is handed over", () =>
    Effect.gen(function*() {
      const state = yield* ProcessorState.ProcessorState
      const lag = yield* Lag.make(owned({ start: 0, end: 25 }))
      yield* state.set(PARTITION, { _tag: "Running" })
      yield* lag.look
      assert.deepStrictEqual(yield* shown, [15, 0])
      assert.strictEqual((yield* Metric.value(EngineMetrics.partitionsIn("running"))).value, 1)
      yield* state.set(PARTITION, undefined)
      assert.strictEqual((yield* Metric.value(EngineMetrics.partitionsIn("running"))).value, 0)
      const series = (yield* Metric.snapshot).filter(({ id }) => id.startsWith("processor_partition_"))
      assert.deepStrictEqual(series, [])
    }).pipe(Effect.provide(ProcessorState.layer), isolated))

  it.effect("records that are appended during a look at the bounds are not taken for lost ones", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<void>()
      const lag = yield* Lag.make({
        ...owned({ start: 0, end: 16 }),
        bounds: Deferred.succeed(asked, undefined).pipe(
          Effect.andThen(Deferred.await(answer)),
          Effect.as({ start: Offset.make(0), end: Offset.make(16) })
        )
      })
      lag.follow(() => 16)
      lag.took([record(14, 0), record(15, 0)])
      const looking = yield* Effect.forkChild(lag.look)
      yield* Deferred.await(asked)
      // The log has grown since it answered, and what it grew by is taken before the answer is read.
      lag.took([record(16, 0), record(17, 0)])
      yield* Deferred.succeed(answer, undefined)
      yield* Fiber.join(looking)
    }).pipe(isolated))

  it.effect("the lag fails where the log ends before what was taken from it", () =>
    Effect.gen(function*() {
      const log = { start: 0, end: 16 }
      const lag = yield* Lag.make(owned(log))
      lag.follow(() => 16)
      lag.took([record(14, 0), record(15, 0)])
      yield* lag.look
      log.end = 12
      assert.include(JSON.stringify(yield* Effect.flip(lag.look)), "the log ends at 12, but was taken up to 16")
      // A new run has taken nothing yet: whether it may fold this log is asked before.
      lag.follow(() => 12)
      yield* lag.look
    }).pipe(isolated))
})
