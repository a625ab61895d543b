/** Sales for commands to read: some orders of each item are sold, the others find nothing left. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Effect, Schedule } from "effect"

/** Orders of each item. */
export const ORDERS = 6

/** Puts units of each item on sale, buys them one after the other, and waits until all orders are final. */
export const sell = Effect.fnUntraced(function*(items: ReadonlyArray<string>, units: number) {
  yield* append(items, units, items)
  yield* settled(items, units)
})

/** Appends the same records, without waiting. The orders are `<name>-0` and so on, by a name for each item. */
export const append = Effect.fnUntraced(function*(
  items: ReadonlyArray<string>,
  units: number,
  names: ReadonlyArray<string>
) {
  const log = yield* OrderLog
  // Appending is refused before the log is there.
  yield* log.partitions
  const acceptedAt = yield* Clock.currentTimeMillis
  for (const [index, item] of items.entries()) {
    const itemId = ItemId.make(item)
    const name = names[index]!
    const commands = [
      Command.Adjust({ adjustment: { command: CommandId.make(`first-${name}`), delta: units } }),
      ...Array.from({ length: ORDERS }, (_, n) =>
        Command.Place({
          order: { requestId: RequestId.make(`${name}-${n}`), userId: UserId.make(`u-${n}`), itemId, amount: 1 },
          attempt: 1,
          acceptedAt,
          correlationId: CorrelationId.make("sold")
        }))
    ]
    yield* Effect.forEach(commands, (command) => log.append(LogRecord.encode(itemId, command)), { discard: true })
  }
})

/** Waits until every order of each item is sold or rejected, and the partition is wholly folded. */
export const settled = Effect.fnUntraced(function*(items: ReadonlyArray<string>, units: number) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const count = yield* log.partitions
  for (const name of items) {
    const itemId = ItemId.make(name)
    yield* store.read(home(itemId, count), itemId).pipe(
      Effect.retry({ schedule: Schedule.spaced("10 millis"), while: ({ _tag }) => _tag === "StoreUnavailable" }),
      Effect.repeat({
        schedule: Schedule.spaced("10 millis"),
        until: ({ isComplete, sold }) => isComplete && sold === Math.min(units, ORDERS)
      })
    )
  }
})
