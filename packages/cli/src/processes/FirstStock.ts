/**
 * Something to buy on the first run: 100 units of item 101, on sale at once, and 20 of item `demo`, whose sale waits to
 * be opened: `flash-sale sale open demo --at +30s`.
 */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { CommandId, type SalePatch } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { home, NOTHING_FOLDED } from "@flash-sale/domain/records/Partition"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as SaleChange from "@flash-sale/operations/items/SaleChange"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Clock, Duration, Effect, Fiber, Layer, Schedule } from "effect"

export const FIRST_ITEM = ItemId.make("101")
const FIRST_UNITS = 100
/** Whose change it is, in the log. */
const ENGINE: Operator = { by: "flash-sale", reason: "first run" }
/** The same at every start, so that the record counts once even where a start was cut short. */
const COMMAND = CommandId.make("first-run-stock")

export const DEMO_ITEM = ItemId.make("demo")
const DEMO_UNITS = 20
const DEMO_COMMAND = CommandId.make("first-run-demo")
const DEMO_OPENS_IN = Duration.days(30)
const DEMO_PRICE = { price: 1_900, currency: "EUR" }

const LOOK_EVERY = "50 millis"
/** How long the start waits for it. After a long recovery the stock comes later, while the gateway already listens. */
const TIMEOUT = "5 seconds"

/** Puts the stock in where the log has no record of an item. Needs a running processor. */
export const layer: Layer.Layer<never, never, OrderLog | ItemStore> = Layer.effectDiscard(
  Effect.gen(function*() {
    const fiber = yield* Effect.forkScoped(
      Effect.catch(
        putAll,
        (error) => Log.warn(`Item ${FIRST_ITEM} got no stock: ${error.detail}`, { event: "first_stock_missing" })
      )
    )
    yield* Effect.timeoutOption(Fiber.await(fiber), TIMEOUT)
  })
)

/** Whether the log has no record of the item: only known after the recovery. */
const isNew = Effect.fnUntraced(function*(itemId: ItemId) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const summary = yield* Effect.repeat(store.read(home(itemId, yield* log.partitions), itemId), {
    schedule: Schedule.spaced(LOOK_EVERY),
    until: ({ isComplete }) => isComplete
  })
  return summary.position === NOTHING_FOLDED
})

const put = Effect.fnUntraced(
  function*(itemId: ItemId, command: CommandId, units: number, sale: SalePatch | undefined) {
    if (!(yield* isNew(itemId))) return
    // Before the units are there, so that nobody buys of a sale that is not open.
    if (sale !== undefined) yield* SaleChange.append(itemId, sale, ENGINE)
    const position = yield* StockChange.append(itemId, { command, target: units }, ENGINE)
    yield* StockChange.awaitEffect(itemId, position)
  }
)

const putAll = Effect.gen(function*() {
  yield* put(FIRST_ITEM, COMMAND, FIRST_UNITS, undefined)
  const opensAt = Math.floor(yield* Clock.currentTimeMillis) + Duration.toMillis(DEMO_OPENS_IN)
  yield* put(DEMO_ITEM, DEMO_COMMAND, DEMO_UNITS, { ...DEMO_PRICE, opensAt })
})
