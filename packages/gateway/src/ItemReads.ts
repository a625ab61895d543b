/**
 * Reads of items at the front door: at most `SOLD_OUT_CACHE` old, and one at a time for each item, whatever the traffic.
 *
 * **Details**: a read may find that somebody changed the stock by hand. Such a change counts only once its record is in
 * the log, so the record is appended before the read is answered: orders that come after it find it there.
 */
import { Command } from "@flash-sale/domain/Command"
import type { ItemId } from "@flash-sale/domain/Ids"
import {
  type ItemDamaged,
  type ItemLook,
  ItemStore,
  type Parked,
  type StoreUnavailable
} from "@flash-sale/domain/ItemStore"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { OrderLog } from "@flash-sale/domain/OrderLog"
import { home } from "@flash-sale/domain/Partition"
import { Cache, Context, type Duration, Effect, Layer } from "effect"
import { LogSize } from "./LogSize.ts"

/** Items of which a read is kept. The longest unused goes first. */
const MAX_ITEMS = 10_000
/** How long a read waits for the record of a hand-made change. The processor appends it too, within a second. */
const ANNOUNCE_PATIENCE = "1 second"

export class ItemReads extends Context.Service<ItemReads, {
  /** The item as it was at most `SOLD_OUT_CACHE` ago. Failures are kept as long. */
  readonly look: (itemId: ItemId) => Effect.Effect<ItemLook, StoreUnavailable | ItemDamaged>
}>()("@flash-sale/gateway/ItemReads") {}

export const layer = (maxAge: Duration.Duration): Layer.Layer<ItemReads, never, OrderLog | ItemStore | LogSize> =>
  Layer.effect(
    ItemReads,
    Effect.gen(function*() {
      const log = yield* OrderLog
      const store = yield* ItemStore
      const size = yield* LogSize

      const announce = ({ delta, itemId, seq }: Parked) =>
        log.append(LogRecord.encode(itemId, Command.Adjust({ adjustment: { seq, delta } }))).pipe(
          Effect.timeoutOption(ANNOUNCE_PATIENCE),
          Effect.catch(({ detail }) => Effect.logDebug(`A hand-made change of ${itemId} is not in the log: ${detail}`))
        )

      const read = Effect.fnUntraced(function*(itemId: ItemId) {
        const look = yield* store.look(home(itemId, yield* size.partitions), itemId)
        if (look.parked !== undefined) yield* announce(look.parked)
        return look
      })
      const cache = yield* Cache.make({ lookup: read, capacity: MAX_ITEMS, timeToLive: maxAge })
      return { look: (itemId) => Cache.get(cache, itemId) }
    })
  )
