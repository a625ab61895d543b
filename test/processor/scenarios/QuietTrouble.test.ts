/** A log that is folded again quietly, and an item that cannot be folded, or a bug: nothing is passed over for it. */
import { assert, describe, it } from "@effect/vitest"
import { type FoldError, type FoldReply, ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { CallOrders } from "@flash-sale/processor/item/FoldCallSize"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { counts, order, statusOf, stock } from "../Placing.ts"

const ITEM = ItemId.make("101")
const ORDERS = 9
/** Units for all orders but the last two. */
const UNITS = ORDERS - 2
const history = [stock("101", UNITS), ...Array.from({ length: ORDERS }, (_, n) => order(`r-${n}`, "101"))]
  .map(OnePartition.written)

const ports = Layer.mergeAll(
  ProcessorState.layer,
  SimulatedPayments.layer({ failureRate: 0, latency: Duration.millis(100) }),
  SqliteInfra.layerMemory
)

const pass = (seconds: number) => Effect.repeat(TestClock.adjust("100 millis"), { times: seconds * 10 })

/** Works on the partition, all of which is committed; from the second call on the store does `instead`. */
const worked = Effect.fnUntraced(
  function*(instead: (sound: Effect.Effect<FoldReply, FoldError>) => typeof sound | undefined) {
    const { owned } = yield* OnePartition.make("101", history, { isCommitted: true })
    const store = yield* ItemStore
    let calls = 0
    yield* PartitionWorker.work(owned, PaymentSlots.make({ charges: 10 })).pipe(
      Effect.provideService(ItemStore, {
        ...store,
        fold: (request) => (++calls > 1 ? instead(store.fold(request)) : undefined) ?? store.fold(request)
      }),
      Effect.provideService(CallOrders, 3),
      Effect.forkChild
    )
    yield* pass(5)
  }
)

describe("A quiet refold", () => {
  it.effect("leaves an item that cannot be folded to its actor, which stops it until it is repaired", () =>
    Effect.gen(function*() {
      let isDamaged = true
      yield* worked(() =>
        isDamaged ? Effect.fail(new ItemDamaged({ itemId: ITEM, detail: "of another type" })) : undefined
      )
      const { stoppedItems } = yield* ProcessorState.ProcessorState
      assert.strictEqual(stoppedItems().get(ITEM)?.detail, "of another type")
      isDamaged = false
      yield* pass(10)
      assert.strictEqual(stoppedItems().size, 0)
      const { available, held, sold } = yield* counts("101")
      assert.deepStrictEqual({ available, units: held + sold }, { available: 0, units: UNITS })
    }).pipe(Effect.provide(ports), Effect.provideService(References.MinimumLogLevel, "None")))

  const ofItem = "the quiet refold of item 101"
  const named = { "a fold": ofItem, "the outcomes of a fold": ofItem, "writing statuses": "the quiet refold" }
  const twice = ({ outcomes, summary }: FoldReply) => ({ outcomes: [...outcomes, ...outcomes], summary })
  for (const where of ["a fold", "the outcomes of a fold", "writing statuses"] as const) {
    it.effect(`begins again after a bug in ${where}, and the error line names it`, () => {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => void lines.push(String(message)))
      return Effect.gen(function*() {
        let bugs = 0
        const statuses = yield* OrderStatuses
        const once = () => bugs++ === 0 ? Effect.die(new Error("a bug")) : undefined
        yield* worked((sound) => {
          if (where === "writing statuses") return undefined
          return where === "a fold" ? once() : bugs++ === 0 ? Effect.map(sound, twice) : undefined
        }).pipe(
          Effect.provideService(OrderStatuses, {
            ...statuses,
            write: (records) => (where === "writing statuses" ? once() : undefined) ?? statuses.write(records)
          })
        )
        yield* pass(5)
        assert.isAbove(bugs, 1)
        const failed = lines.filter((line) => line.startsWith("A part"))
        assert.deepStrictEqual(failed, [`A part of the processor failed: ${named[where]}`])
        const { available, held, sold } = yield* counts("101")
        assert.deepStrictEqual({ available, units: held + sold }, { available: 0, units: UNITS })
        assert.strictEqual(yield* statusOf(`r-${ORDERS - 1}`), "FAILED_SOLD_OUT")
        const { workers } = yield* ProcessorState.ProcessorState
        assert.deepStrictEqual([...workers().values()], [{ _tag: "Running" }])
      }).pipe(Effect.provide(Layer.merge(ports, Logger.layer([logger]))))
    })
  }
})
