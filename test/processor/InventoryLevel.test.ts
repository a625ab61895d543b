/** The gauge of an item's stock: told by the owner of its partition, and by nobody else. */
import { assert, it } from "@effect/vitest"
import { Command, CommandId } from "@flash-sale/domain/Command"
import { ItemId } from "@flash-sale/domain/Ids"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { OrderLog } from "@flash-sale/domain/OrderLog"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Context, Duration, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"

const PATIENCE = 100
const ITEM = ItemId.make("101")

const engine = Processor.layer.pipe(
  Layer.provide(ProcessorState.layer),
  Layer.provide(SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero })),
  Layer.provideMerge(SqliteInfra.layerMemory)
)

/** What is shown of items: one series each. */
const shown = Effect.map(
  Metric.snapshot,
  (series) =>
    series.filter(({ id }) => id === "processor_inventory_level").map(({ attributes, state }) => [
      attributes?.["item_id"],
      "value" in state ? state.value : undefined
    ])
)

it.effect("is shown for as long as the partition is owned", () =>
  Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      const log = Context.get(yield* Layer.build(engine), OrderLog)
      const adjustment = { command: CommandId.make("stock"), delta: 9 }
      yield* log.append(LogRecord.encode(ITEM, Command.Adjust({ adjustment })))
      for (let step = 0; step < PATIENCE && (yield* shown).length === 0; step++) yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(yield* shown, [["101", 9]])
    }))
    assert.deepStrictEqual(yield* shown, [])
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))
