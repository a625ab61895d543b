/** A log that is away for a while is no reason to begin again: what is in hand goes on. */
import { assert, describe, it } from "@effect/vitest"
import { LogUnavailable, OrderLog, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as LogGrace from "@flash-sale/processor/partition/LogGrace"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as Placing from "../Placing.ts"

const ITEM = ItemId.make("101")

const ports = Layer.mergeAll(
  ProcessorState.layer,
  SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
  SqliteInfra.layerMemory,
  Logger.layer([])
)

const away = Effect.fail(new LogUnavailable({ detail: "nobody answers" }))

/** A partition with one record, of a log whose commits and bounds fail as long as `isAway` says so. */
const scene = Effect.gen(function*() {
  const log = yield* OrderLog
  const partition = home(ITEM, yield* log.partitions)
  const seen = { isAway: false, begun: 0, committed: 0 }
  const unlessAway = <A>(effect: Effect.Effect<A>): Effect.Effect<A, LogUnavailable> =>
    Effect.suspend(() => seen.isAway ? away : effect)
  const { headers, value } = Placing.stock(ITEM, 7)
  const record = {
    partition,
    offset: Offset.make(0),
    timestamp: 0,
    key: ITEM,
    value: new TextEncoder().encode(value),
    headers
  }
  let next = 0
  const owned: OwnedPartition = {
    partition,
    committed: Effect.sync(() => Offset.make(seen.committed)),
    bounds: unlessAway(Effect.succeed({ start: Offset.make(0), end: Offset.make(1) })),
    seek: (offset) =>
      Effect.sync(() => {
        next = offset
        seen.begun++
      }),
    take: () => Effect.suspend(() => next++ === 0 ? Effect.succeed([record]) : Effect.never),
    commit: (offset) => unlessAway(Effect.sync(() => void (seen.committed = offset))),
    revoked: Effect.never
  }
  yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
  const stateOf = Effect.map(ProcessorState.ProcessorState, (state) => state.workers().get(partition)?._tag)
  return { seen, stateOf }
})

describe("A log that gives no answer", () => {
  it.effect("a worker goes on while the log gives no answer, and commits when it can", () =>
    Effect.gen(function*() {
      const { seen, stateOf } = yield* scene
      seen.isAway = false
      yield* TestClock.adjust("1 millis")
      seen.isAway = true
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* stateOf, "Running")
      assert.deepStrictEqual([seen.begun, seen.committed], [1, 0])
      seen.isAway = false
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual([seen.begun, seen.committed], [1, 1])
    }).pipe(Effect.provide(ports)))

  it.effect("a worker waits, and says so, when the log gives no answer for long", () =>
    Effect.gen(function*() {
      const { seen, stateOf } = yield* scene
      yield* TestClock.adjust("1 millis")
      seen.isAway = true
      yield* TestClock.adjust(Duration.sum(LogGrace.LOG_GRACE, Duration.seconds(3)))
      assert.strictEqual(yield* stateOf, "Waiting")
      seen.isAway = false
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* stateOf, "Running")
    }).pipe(Effect.provide(ports)))
})
