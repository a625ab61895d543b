/** An item that cannot be folded stops alone, skips nothing however long that takes, and goes on after its repair. */
import { assert, describe, it } from "@effect/vitest"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import { CALL_ORDERS } from "@flash-sale/processor/item/FoldCallSize"
import { IDLE_AFTER } from "@flash-sale/processor/partition/ItemActors"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { counts, order, statusOf, stock } from "../Placing.ts"

const DAMAGED = ItemId.make("damaged")
/** Virtual time in which whatever can go on has gone on. */
const A_WHILE = Duration.seconds(30)

/** The embedded store, of which one item is damaged until it is repaired; `from` its second call on, or at once. */
const damage = { isThere: true, from: "at once" as "at once" | "second call", folds: 0, behind: 0, runs: 0 }
let before: number | undefined
/** How long a call takes, so that another can be sent after it. */
const CALL = "50 millis"

const store = Layer.effect(
  ItemStore,
  Effect.map(ItemStore, (sound) => ({
    ...sound,
    fold: (request: Parameters<typeof sound.fold>[0]) =>
      Effect.suspend(() => {
        if (request.itemId !== DAMAGED || !damage.isThere) return sound.fold(request)
        damage.folds++
        if (damage.from === "second call") {
          if (request.expected !== undefined) before ??= request.expected
          if (request.expected === undefined || request.expected !== before) {
            return Effect.tapErrorTag(sound.fold(request), "PositionBehind", () => Effect.sync(() => damage.behind++))
          }
        }
        return Effect.fail(new ItemDamaged({ itemId: DAMAGED, detail: "a key of the wrong type" }))
      }).pipe(Effect.delay(CALL))
  }))
)

/** Counts the runs of workers: each begins with this question. */
const marks = Layer.effect(
  RecoveryMarks,
  Effect.map(RecoveryMarks, (sound) => ({
    ...sound,
    accepted: (partition: Parameters<typeof sound.accepted>[0]) =>
      Effect.suspend(() => {
        damage.runs++
        return sound.accepted(partition)
      })
  }))
)

const engine = Processor.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) })),
  Layer.provideMerge(Layer.provideMerge(Layer.merge(store, marks), SqliteInfra.layerMemory))
)

/** Lets virtual time pass in steps, so that a fiber that waits for another one then sees its result. */
const pass = (duration: Duration.Duration) =>
  Effect.repeat(TestClock.adjust("100 millis"), { times: Duration.toMillis(duration) / 100 })

describe("Damaged items", () => {
  it.effect(
    "a damaged item stops alone, is tried seldom, and misses no order when it is repaired",
    () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock("damaged", 5))
        yield* log.append(order("first", "damaged"))
        yield* log.append(stock("sound", 5))
        yield* log.append(order("other", "sound"))
        yield* pass(A_WHILE)
        assert.strictEqual(yield* statusOf("other"), "COMPLETED")
        const { problems, status } = yield* Health.check
        assert.strictEqual(status, "unhealthy")
        assert.deepStrictEqual(problems, ["item damaged: a key of the wrong type"])

        // Longer than idle actors are kept: a later record must not be folded before those that were left out.
        yield* pass(Duration.sum(IDLE_AFTER, A_WHILE))
        assert.isAtMost(damage.folds, 60)
        damage.isThere = false
        yield* log.append(order("second", "damaged"))
        yield* pass(A_WHILE)
        assert.deepStrictEqual([yield* statusOf("first"), yield* statusOf("second")], ["COMPLETED", "COMPLETED"])
        assert.deepStrictEqual(yield* counts("damaged"), { available: 3, held: 0, put: 5, sold: 2 })
        assert.strictEqual((yield* Health.check).status, "healthy")
      }).pipe(Effect.provide(engine)),
    30_000
  )

  it.effect("a damaged item stops alone also where the next call is on its way already", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* pass(A_WHILE)
      Object.assign(damage, { isThere: true, from: "second call", behind: 0, runs: 0 })
      yield* Effect.forEach(Array.from({ length: 3 * CALL_ORDERS }), (_, n) => log.append(order(`hot-${n}`, "damaged")))
      yield* log.append(stock("damaged", 5))
      yield* pass(A_WHILE)
      assert.isAtLeast(damage.behind, 1)
      assert.strictEqual(damage.runs, 0)
      assert.deepStrictEqual((yield* Health.check).problems, ["item damaged: a key of the wrong type"])
      damage.isThere = false
      yield* pass(A_WHILE)
      assert.strictEqual(yield* statusOf("hot-0"), "FAILED_SOLD_OUT")
      assert.strictEqual(yield* statusOf(`hot-${3 * CALL_ORDERS - 1}`), "FAILED_SOLD_OUT")
      assert.deepStrictEqual(yield* counts("damaged"), { available: 5, held: 0, put: 5, sold: 0 })
    }).pipe(Effect.provide(engine)), 60_000)
})
