/** The gauge of an item's stock: shown by the owner of its partition, and by no other processor. */
import { assert, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"

const TIMEOUT = 100
const ITEM = ItemId.make("101")

const processor = Processor.layer.pipe(
  Layer.provide(ProcessorState.layer),
  Layer.provide(SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }))
)
const engine = Layer.provideMerge(processor, SqliteInfra.layerMemory)

/** What is shown of items: one series each. */
const shown = Effect.map(
  Metric.snapshot,
  (series) =>
    series.filter(({ id }) => id === "processor_inventory_level").map(({ attributes, state }) => [
      attributes?.["item_id"],
      "value" in state ? state.value : undefined
    ])
)

const isolated = Effect.provideService(Metric.MetricRegistry, new Map())

const untilShown = Effect.gen(function*() {
  for (let step = 0; step < TIMEOUT && (yield* shown).length === 0; step++) yield* TestClock.adjust("100 millis")
})

/** Until it is published and committed: a worker that hands over waits for that by this clock. */
const untilCommitted = Effect.gen(function*() {
  for (let step = 0; step < TIMEOUT; step++) yield* TestClock.adjust("100 millis")
})

it.effect("the inventory level is shown for as long as the partition is owned", () =>
  Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      const log = Context.get(yield* Layer.build(engine), OrderLog)
      const adjustment = { command: CommandId.make("stock"), delta: 9 }
      yield* log.append(LogRecord.encode(ITEM, Command.Adjust({ adjustment })))
      yield* untilShown
      assert.deepStrictEqual(yield* shown, [["101", 9]])
      yield* untilCommitted
    }))
    assert.deepStrictEqual(yield* shown, [])
  }).pipe(isolated))

it.effect("the inventory level is shown by the next owner at once, whether or not an order comes", () =>
  Effect.gen(function*() {
    const ports = yield* Layer.build(SqliteInfra.layerMemory)
    const log = Context.get(ports, OrderLog)
    const run = Effect.scoped(Effect.gen(function*() {
      yield* Layer.build(Layer.provide(processor, Layer.succeedContext(ports)))
      yield* untilShown
      assert.deepStrictEqual(yield* shown, [["101", 9]])
      // So that the next owner has nothing to fold.
      yield* untilCommitted
    }))
    yield* log.append(
      LogRecord.encode(ITEM, Command.Adjust({ adjustment: { command: CommandId.make("s"), delta: 9 } }))
    )
    yield* run
    assert.deepStrictEqual(yield* shown, [])
    yield* run
  }).pipe(Effect.scoped, isolated))
