/** While records wait for their folds, a status that the final one may overtake is not written yet. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Latch, Layer } from "effect"
import { TestClock } from "effect/testing"
import { PARTITIONS } from "../OnePartition.ts"
import { order, statusOf, stock } from "../Placing.ts"

const partitionOf = (item: string) => home(ItemId.make(item), PARTITIONS)
const ITEM = "item-0"
/** An item of the same partition, whose folds take until the latch opens. */
const SLOW = Array.from({ length: 100 }, (_, n) => `slow-${n}`).find((item) => partitionOf(item) === partitionOf(ITEM))!

const folds = Latch.makeUnsafe(false)
const slowStore = Layer.effect(
  ItemStore,
  Effect.map(ItemStore, (store) => ({
    ...store,
    fold: (request) =>
      request.itemId === SLOW ? Effect.andThen(Latch.await(folds), store.fold(request)) : store.fold(request)
  }))
)

const engine = Processor.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provideMerge(SimulatedPayments.layer({ failureRate: 0, latency: Duration.seconds(4) })),
  Layer.provideMerge(slowStore),
  Layer.provideMerge(SqliteInfra.layerMemory)
)

const pass = (times: number) => Effect.repeat(TestClock.adjust("100 millis"), { times })

describe("A status that may be overtaken", () => {
  it.effect("waits while records of other items wait for their folds, and no longer", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* log.append(stock(ITEM, 2))
      yield* log.append(stock(SLOW, 2))
      yield* log.append(order("a", ITEM))
      yield* pass(20)
      assert.isUndefined(yield* statusOf("a"))
      yield* folds.open
      yield* pass(3)
      assert.strictEqual(yield* statusOf("a"), "RESERVED")
      yield* pass(60)
      assert.strictEqual(yield* statusOf("a"), "COMPLETED")
    }).pipe(Effect.provide(engine)))
})
