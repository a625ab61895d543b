/** Every metric of the processor, moved by what it counts and right to the number. In virtual time. */
import { assert, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import {
  ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import { Command, CommandId, type SalePatch } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import { type OrderLine, OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Latch, Layer, Metric, References } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "../../infra/observability/metrics/Samples.ts"

const ITEM = ItemId.make("101")
const LATENCY = Duration.millis(100)
const SLOW = Duration.seconds(5)

/** The payment token says what becomes of the charge. */
const answer = (key: string, token: string | undefined): Effect.Effect<ChargeResult, PaymentError> => {
  switch (token) {
    case "silent":
      return Effect.fail(new PaymentUnknown({ key, detail: "silent" }))
    case "refuse":
      return Effect.fail(new ChargeRejected({ key, concerns: "charge", detail: "refused" }))
    default:
      return Effect.succeed(token === "decline" ? "declined" : "paid")
  }
}
const provider = Layer.succeed(PaymentProvider, {
  charge: ({ key, paymentToken }) => Effect.delay(answer(key, paymentToken), paymentToken === "slow" ? SLOW : LATENCY),
  lookUp: () => Effect.undefined,
  void: () => Effect.sleep(LATENCY)
})

/** While it is closed the store folds nothing. */
const door = Latch.makeUnsafe(true)

const heldUp = Layer.effect(
  ItemStore,
  Effect.map(
    ItemStore,
    (store) => ItemStore.of({ ...store, fold: (request) => Effect.andThen(Latch.await(door), store.fold(request)) })
  )
).pipe(Layer.provideMerge(SqliteInfra.layerMemory))

/** The lines of orders. */
const lines: Array<OrderLine> = []

const engine = () =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provide(provider),
    Layer.provideMerge(heldUp),
    Layer.provideMerge(Telemetry.layerMetrics("processor")),
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())),
    Layer.provideMerge(Layer.succeed(OrderLines, { isOn: () => true, write: (line) => void lines.push(line) })),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

const samples = Effect.gen(function*() {
  const { collect } = yield* Telemetry.Telemetry
  return Samples.parse(yield* collect)
})

const append = (record: LogRecord.NewRecord) => Effect.flatMap(OrderLog, (log) => Effect.orDie(log.append(record)))

let orders = 0
/** An order that was accepted two seconds ago. */
const buy = (token: string | undefined, amount = 1, userId = `u-${orders}`) =>
  Effect.gen(function*() {
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    yield* append(LogRecord.encode(
      ITEM,
      Command.Place({
        order: {
          requestId: RequestId.make(`r-${orders++}`),
          userId: UserId.make(userId),
          itemId: ITEM,
          amount,
          ...(token === undefined ? {} : { paymentToken: PaymentToken.make(token) })
        },
        attempt: 1,
        acceptedAt: Math.floor(now) - 2_000,
        correlationId: CorrelationId.make("c-1")
      })
    ))
  })

const stock = (delta: number) =>
  append(LogRecord.encode(ITEM, Command.Adjust({ adjustment: { command: CommandId.make(`stock-${delta}`), delta } })))
const sale = (patch: SalePatch) => append(LogRecord.encode(ITEM, Command.Sale({ patch })))

/** Lets virtual time pass in steps, so that what waits for what comes in between. */
const pass = (seconds: number) =>
  Effect.forEach(Array.from({ length: seconds * 10 }), () => TestClock.adjust("100 millis"), { discard: true })

layer(engine())("The processor's metrics", (it) => {
  it.effect("the metrics count the outcomes of orders, of payments and of dead letters", () =>
    Effect.gen(function*() {
      yield* stock(5)
      yield* pass(3)
      const before = yield* samples
      assert.strictEqual(before.get("processor_dlq_size"), 0)
      assert.strictEqual(before.get("processor_dlq_oldest_message_age_seconds"), 0)
      assert.strictEqual(before.get("processor_inventory_level{item_id=\"101\"}"), 5)
      const partitions = yield* Effect.orDie(Effect.flatMap(OrderLog, (log) => log.partitions))
      assert.strictEqual(before.get("processor_partitions{state=\"running\"}"), partitions)

      yield* buy(undefined)
      yield* buy(undefined)
      yield* buy("decline")
      yield* buy("silent")
      yield* buy("refuse")
      yield* buy(undefined, 6)
      yield* append({ itemId: ITEM, value: "no order", headers: { request_id: "poison" } })
      yield* pass(30)

      const after = yield* samples
      const moved = Samples.only(Samples.changes(before, after), (name) => !/batch|partition|events_told/.test(name))
      const age = moved["processor_dlq_oldest_message_age_seconds"] ?? 0
      assert.isAtLeast(age, 25)
      assert.isAtMost(age, 30)
      assert.deepStrictEqual({ ...moved, processor_dlq_oldest_message_age_seconds: age }, {
        processor_orders_processed_total: 7,
        processor_orders_processed_success_total: 2,
        processor_orders_sold_out_total: 1,
        processor_orders_processed_failed_total: 4,
        processor_orders_moved_to_dlq_total: 3,
        "processor_dlq_letters_total{reason=\"Payment Timeout\"}": 2,
        "processor_dlq_letters_total{reason=\"Invalid Order Format\"}": 1,
        processor_order_processing_duration_seconds_count: 7,
        processor_order_accepted_to_final_seconds_count: 6,
        processor_dlq_size: 3,
        processor_dlq_oldest_message_age_seconds: age,
        "processor_payments_total{outcome=\"paid\"}": 2,
        "processor_payments_total{outcome=\"declined\"}": 1,
        "processor_payments_total{outcome=\"unknown\"}": 1,
        "processor_payments_total{outcome=\"refused\"}": 1,
        "processor_payments_total{outcome=\"voided\"}": 2,
        "processor_inventory_level{item_id=\"101\"}": -2
      })
      // Accepted two seconds before it was taken; sold after the payment's time.
      const sum = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
      assert.isAtLeast(sum("processor_order_accepted_to_final_seconds_sum"), 5 * 2 + 4 * 0.1)
      assert.isAtLeast(sum("processor_order_processing_duration_seconds_sum"), 4 * 0.1)
      assert.isAtLeast(sum("processor_fold_batch_records_sum"), 10)
    }))

  it.effect("the metrics show payments under way, and orders that are not final yet", () =>
    Effect.gen(function*() {
      yield* stock(3)
      yield* pass(1)
      const partition = home(ITEM, yield* Effect.orDie(Effect.flatMap(OrderLog, (log) => log.partitions)))
      const open = `processor_partition_open_orders{partition="${partition}"}`
      yield* buy("slow")
      yield* buy("slow")
      yield* pass(2)
      const during = yield* samples
      assert.strictEqual(during.get("processor_payments_in_flight"), 2)
      assert.strictEqual(during.get(open), 2)
      yield* pass(6)
      const after = yield* samples
      assert.strictEqual(after.get("processor_payments_in_flight"), 0)
      assert.strictEqual(after.get(open), 0)
      assert.strictEqual(after.get(`processor_partition_lag{partition="${partition}"}`), 0)
      assert.strictEqual(after.get(`processor_mailbox_depth{partition="${partition}"}`), 0)
    }))

  it.effect("a payment is in doubt from its first missing answer until it is voided", () =>
    Effect.gen(function*() {
      const doubts: Array<number> = []
      const look = Effect.gen(function*() {
        const found = yield* samples
        doubts.push(found.get("processor_payments_in_doubt") ?? -1)
        return found.get("processor_payments_in_flight")
      })
      yield* stock(3)
      yield* pass(1)
      yield* buy("silent")
      // It is asked for again, is given up, is voided, and is over.
      let inFlight = yield* look
      for (let step = 0; step < 200 && !(inFlight === 0 && doubts.includes(1)); step++) {
        yield* TestClock.adjust("50 millis")
        inFlight = yield* look
      }
      assert.include(doubts, 1)
      assert.strictEqual(doubts.at(-1), 0)
      assert.strictEqual(inFlight, 0)
      assert.isAtMost(Math.max(...doubts), 1)
    }))

  it.effect("the metrics show what waits while the store folds nothing", () =>
    Effect.gen(function*() {
      const partition = home(ITEM, yield* Effect.orDie(Effect.flatMap(OrderLog, (log) => log.partitions)))
      const of = (name: string) => `processor_${name}{partition="${partition}"}`
      yield* stock(10)
      yield* pass(1)
      Latch.closeUnsafe(door)
      yield* buy(undefined)
      yield* pass(2)
      for (let n = 0; n < 4; n++) yield* buy(undefined)
      yield* pass(3)
      const during = yield* samples
      // One is in hand, and the others wait behind it.
      assert.strictEqual(during.get(of("mailbox_depth")), 4)
      assert.strictEqual(during.get(of("partition_lag")), 5)
      assert.strictEqual(during.get(of("partition_open_orders")), 5)
      assert.isAtLeast(during.get(of("partition_lag_seconds")) ?? 0, 4)
      Latch.openUnsafe(door)
      yield* pass(3)
      const after = yield* samples
      for (const name of ["mailbox_depth", "partition_lag", "partition_open_orders", "partition_lag_seconds"]) {
        assert.strictEqual(after.get(of(name)), 0, name)
      }
    }))

  it.effect("a request id that is used again is counted and logged, and a second record of one order is not", () =>
    Effect.gen(function*() {
      yield* stock(4)
      yield* pass(1)
      yield* buy(undefined, 1, "owner")
      orders--
      yield* pass(2)
      const before = yield* samples
      lines.length = 0
      yield* buy(undefined, 1, "owner")
      orders--
      yield* buy(undefined, 2, "stranger")
      yield* pass(2)
      assert.deepStrictEqual(
        Samples.only(Samples.changes(before, yield* samples), (name) => !/batch|partition|age|events_told/.test(name)),
        {
          processor_request_ids_reused_total: 1
        }
      )
      const told = lines.map((
        { correlationId, event, itemId, level, reason, requestId, status }
      ) => [level, event, itemId, requestId, correlationId, status, reason])
      assert.deepStrictEqual(told, [
        ["Warn", "request_id_reused", ITEM, `r-${orders - 1}`, "c-1", "COMPLETED", "Request Id Reused"]
      ])
    }))

  it.effect("the metrics count orders over the user's limit as failed", () =>
    Effect.gen(function*() {
      yield* stock(2)
      yield* sale({ perUserLimit: 1 })
      yield* pass(1)
      const before = yield* samples
      yield* buy(undefined, 1, "greedy")
      yield* buy(undefined, 1, "greedy")
      yield* pass(2)
      const moved = Samples.changes(before, yield* samples)
      assert.strictEqual(moved["processor_orders_processed_total"], 2)
      assert.strictEqual(moved["processor_orders_processed_success_total"], 1)
      assert.strictEqual(moved["processor_orders_processed_failed_total"], 1)
    }))
})
