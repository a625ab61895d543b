/** Something to buy on the first run: 100 units of item 101. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { home, NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Effect, Fiber, Layer, Schedule } from "effect"

export const FIRST_ITEM = ItemId.make("101")
const FIRST_UNITS = 100
/** Whose change it is, in the log. */
const ENGINE: Operator = { by: "flash-sale", reason: "first run" }
/** The same at every start, so that the record counts once even where a start was cut short. */
const COMMAND = CommandId.make("first-run-stock")

const LOOK_EVERY = "50 millis"
/** How long the start waits for it. After a long recovery the stock comes later, while the gateway already listens. */
const TIMEOUT = "5 seconds"

/** Puts the stock in where the log has no record of the item. Needs a running processor. */
export const layer: Layer.Layer<never, never, OrderLog | ItemStore> = Layer.effectDiscard(
  Effect.gen(function*() {
    const fiber = yield* Effect.forkScoped(
      Effect.catch(
        put,
        (error) => Log.warn(`Item ${FIRST_ITEM} got no stock: ${error.detail}`, { event: "first_stock_missing" })
      )
    )
    yield* Effect.timeoutOption(Fiber.await(fiber), TIMEOUT)
  })
)

const put = Effect.gen(function*() {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const partition = home(FIRST_ITEM, yield* log.partitions)
  // Only after the recovery is it known whether the log has a record of the item.
  const summary = yield* Effect.repeat(store.read(partition, FIRST_ITEM), {
    schedule: Schedule.spaced(LOOK_EVERY),
    until: ({ isComplete }) => isComplete
  })
  if (summary.position !== NOTHING_FOLDED) return
  const position = yield* StockChange.append(FIRST_ITEM, { command: COMMAND, target: FIRST_UNITS }, ENGINE)
  yield* StockChange.awaitEffect(FIRST_ITEM, position)
})
