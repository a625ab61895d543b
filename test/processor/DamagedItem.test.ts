/** An item that cannot be folded stops alone, skips nothing however long that takes, and goes on after its repair. */
import { assert, describe, it } from "@effect/vitest"
import { ItemId } from "@flash-sale/domain/Ids"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ItemStore"
import { OrderLog } from "@flash-sale/domain/OrderLog"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { IDLE_AFTER } from "@flash-sale/processor/Intake"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { counts, order, statusOf, stock } from "./Placing.ts"

const DAMAGED = ItemId.make("damaged")
/** Virtual time in which whatever can go on has gone on. */
const A_WHILE = Duration.seconds(30)

/** The embedded store, of which one item is damaged until somebody repairs it. */
const damage = { isThere: true, folds: 0 }

const store = Layer.effect(
  ItemStore,
  Effect.map(ItemStore, (sound) => ({
    ...sound,
    fold: (request: Parameters<typeof sound.fold>[0]) =>
      Effect.suspend(() => {
        if (request.itemId !== DAMAGED || !damage.isThere) return sound.fold(request)
        damage.folds++
        return Effect.fail(new ItemDamaged({ itemId: DAMAGED, detail: "a key of the wrong type" }))
      })
  }))
)

const engine = Processor.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) })),
  Layer.provideMerge(Layer.provideMerge(store, SqliteInfra.layerMemory))
)

/** Lets virtual time pass in steps, so that whoever waits for what another does then sees it done. */
const pass = (duration: Duration.Duration) =>
  Effect.repeat(TestClock.adjust("100 millis"), { times: Duration.toMillis(duration) / 100 })

describe("A damaged item", () => {
  it.effect("stops alone, is looked at seldom, and misses no order when it is repaired", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* log.append(stock("damaged", 5))
      yield* log.append(order("first", "damaged"))
      yield* log.append(stock("sound", 5))
      yield* log.append(order("other", "sound"))
      yield* pass(A_WHILE)
      assert.strictEqual(yield* statusOf("other"), "COMPLETED")
      const { problems, status } = yield* Processor.health
      assert.strictEqual(status, "unhealthy")
      assert.deepStrictEqual(problems, ["item damaged: a key of the wrong type"])

      // Longer than idle actors are kept: who comes next must not be folded before those that were left out.
      yield* pass(Duration.sum(IDLE_AFTER, A_WHILE))
      assert.isAtMost(damage.folds, 60)
      damage.isThere = false
      yield* log.append(order("second", "damaged"))
      yield* pass(A_WHILE)
      assert.deepStrictEqual([yield* statusOf("first"), yield* statusOf("second")], ["COMPLETED", "COMPLETED"])
      assert.deepStrictEqual(yield* counts("damaged"), { available: 3, held: 0, put: 5, sold: 2 })
      assert.strictEqual((yield* Processor.health).status, "healthy")
    }).pipe(Effect.provide(engine)), 30_000)
})
