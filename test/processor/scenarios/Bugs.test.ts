/** A bug in one of the processor's parts is logged, and the worker begins again: nothing stops in silence. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { order, statusOf, stock } from "../Placing.ts"

const STEPS = 300

/** What dies the first time that it is called. */
const once = <Args extends ReadonlyArray<unknown>, A, E>(
  f: (...args: Args) => Effect.Effect<A, E>,
  died: { count: number }
) =>
(...args: Args): Effect.Effect<A, E> =>
  Effect.suspend(() => died.count++ === 0 ? Effect.die(new Error("a bug")) : f(...args))

const engineWith = (broken: Layer.Layer<ItemStore | OrderStatuses, never, ItemStore | OrderStatuses>) =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) })),
    Layer.provideMerge(Layer.provideMerge(broken, SqliteInfra.layerMemory))
  )

const store = (change: (sound: ItemStore["Service"]) => ItemStore["Service"]) =>
  Layer.merge(
    Layer.effect(ItemStore, Effect.map(ItemStore, change)),
    Layer.effect(OrderStatuses, OrderStatuses)
  )

const cases = (died: { count: number }) => ({
  "in its upkeep": store((sound) => ({ ...sound, checkpoint: once(sound.checkpoint, died) })),
  "in a fold": store((sound) => ({ ...sound, fold: once(sound.fold, died) })),
  "in publishing": Layer.merge(
    Layer.effect(ItemStore, ItemStore),
    Layer.effect(OrderStatuses, Effect.map(OrderStatuses, (sound) => ({ ...sound, write: once(sound.write, died) })))
  )
})

describe("A bug", () => {
  for (const name of ["in its upkeep", "in a fold", "in publishing"] as const) {
    it.effect(`${name} ends the run, and the next one goes on`, () => {
      const died = { count: 0 }
      return Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock("101", 5))
        yield* log.append(order("first", "101"))
        for (let step = 0; step < STEPS && died.count < 2; step++) yield* TestClock.adjust("100 millis")
        assert.isAtLeast(died.count, 2, "whatever died is asked again")
        yield* log.append(order("second", "101"))
        for (let step = 0; step < STEPS; step++) yield* TestClock.adjust("100 millis")
        assert.deepStrictEqual([yield* statusOf("first"), yield* statusOf("second")], ["COMPLETED", "COMPLETED"])
        assert.strictEqual((yield* Health.check).status, "healthy")
      }).pipe(Effect.provide(engineWith(cases(died)[name])))
    }, 30_000)
  }
})
