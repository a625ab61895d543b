/** A bug in one part of the processor is logged, and the worker begins again: nothing stops in silence. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer } from "effect"
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

type Ports = ItemStore | RecoveryMarks | OrderStatuses

/** The sound ports of the embedded file, with one call of one of them broken. */
const engineWith = (broken: (context: Context.Context<Ports>) => Context.Context<Ports>) =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) })),
    Layer.provideMerge(
      Layer.provideMerge(Layer.effectContext(Effect.map(Effect.context<Ports>(), broken)), SqliteInfra.layerMemory)
    )
  )

const changed =
  <I extends Ports, S>(port: Context.Key<I, S>, change: (sound: S) => S) =>
  (context: Context.Context<Ports>): Context.Context<Ports> =>
    Context.add(context, port, change(Context.get(context, port)))

const cases = (died: { count: number }) => ({
  "in the maintenance": changed(RecoveryMarks, (sound) => ({ ...sound, checkpoint: once(sound.checkpoint, died) })),
  "in a fold": changed(ItemStore, (sound) => ({ ...sound, fold: once(sound.fold, died) })),
  "in publishing": changed(OrderStatuses, (sound) => ({ ...sound, write: once(sound.write, died) }))
})

describe("Bugs in a partition", () => {
  for (const name of ["in the maintenance", "in a fold", "in publishing"] as const) {
    it.effect(`a bug ${name} ends the run, and the next run goes on`, () => {
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
