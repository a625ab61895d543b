/** Folding again what was published before is silent: nothing is counted, charged or put twice, and no page gets it. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ENDED_KEPT_MILLIS } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, Metric, References } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "../../infra/observability/metrics/Samples.ts"
import * as OnePartition from "../OnePartition.ts"
import { counts, order, statusOf, stock } from "../Placing.ts"

const ITEM = ItemId.make("101")

const settle = (requestId: string, outcome: "paid" | "voided") =>
  LogRecord.encode(
    ITEM,
    Command.Settle({ settlements: [{ requestId: RequestId.make(requestId), attempt: 1, outcome }] })
  )
const giveUp = (requestId: string) =>
  LogRecord.encode(ITEM, Command.GiveUp({ requestId: RequestId.make(requestId), attempt: 1 }))

/** One order is sold, one timed out, one is rejected; and one record is no order. */
const history = [
  stock("101", 1),
  order("sold", "101"),
  settle("sold", "paid"),
  order("late", "101"),
  stock("101", 1),
  order("timeout", "101"),
  giveUp("timeout"),
  settle("timeout", "voided"),
  { itemId: ITEM, value: "no order", headers: { request_id: "poison" } }
].map((record, n) =>
  OnePartition.written(n === 4 ? { ...record, value: record.value.replace("stock", "more") } : record)
)

const FATES = { sold: "COMPLETED", late: "FAILED_SOLD_OUT", timeout: "FAILED_PAYMENT", poison: "FAILED" } as const

const charged: Array<string> = []
const ports = () =>
  Layer.mergeAll(
    ProcessorState.layer,
    Layer.succeed(PaymentProvider, {
      charge: ({ key }) => Effect.sync(() => void charged.push(key)).pipe(Effect.as("paid" as const)),
      lookUp: () => Effect.undefined,
      void: (key) => Effect.sync(() => void charged.push(key))
    }),
    SqliteInfra.layerMemory,
    Telemetry.layerMetrics("processor")
  ).pipe(
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

/** What is left of a worker that folds the history into an empty store, all of it committed or none. */
const folded = Effect.fnUntraced(function*(isCommitted: boolean) {
  charged.length = 0
  const appended: Array<string> = []
  const log = yield* OrderLog
  const { owned } = yield* OnePartition.make("101", history, { isCommitted })
  yield* Effect.forkChild(
    Effect.provideService(PartitionWorker.work(owned, PaymentSlots.make({ charges: 10 })), OrderLog, {
      ...log,
      append: (record) => Effect.tap(log.append(record), () => Effect.sync(() => appended.push(record.value)))
    })
  )
  yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 50 })
  assert.deepStrictEqual(yield* counts("101"), { available: 1, held: 0, put: 2, sold: 1 })
  assert.deepStrictEqual([charged, appended], [[], []])
  const samples = Samples.parse(yield* (yield* Telemetry.Telemetry).collect)
  return {
    processed: samples.get("processor_orders_processed_total"),
    moved: samples.get("processor_orders_moved_to_dlq_total"),
    letters: (yield* (yield* DeadLetters).list(10)).map(({ error }) => error).toSorted(),
    events: (yield* (yield* LiveEvents).read(ITEM, undefined, 10)).length > 0,
    statuses: yield* Effect.all({
      sold: statusOf("sold"),
      late: statusOf("late"),
      timeout: statusOf("timeout"),
      poison: statusOf("poison")
    })
  }
})

const nothing = { sold: undefined, late: undefined, timeout: undefined, poison: undefined }

describe("A log that is folded into an empty store", () => {
  it.effect("a refold publishes what was not committed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* folded(false), {
        processed: 4,
        moved: 2,
        letters: ["Invalid Order Format", "Payment Timeout"],
        events: true,
        statuses: FATES
      })
    }).pipe(Effect.provide(ports())))

  it.effect("a refold is silent where it was committed, but for statuses that buyers may still ask for", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* folded(true), {
        processed: 0,
        moved: 0,
        letters: [],
        events: false,
        statuses: FATES
      })
    }).pipe(Effect.provide(ports())))

  it.effect("a refold leaves no status that is past its time", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust(ENDED_KEPT_MILLIS + 60_000)
      assert.deepStrictEqual((yield* folded(true)).statuses, nothing)
    }).pipe(Effect.provide(ports())))
})
