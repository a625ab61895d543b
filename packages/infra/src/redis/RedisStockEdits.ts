/** Changes of stock that were made by hand in Redis: looking for them, and reporting what is no number of units. */
import type { PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved, type Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Log from "../observability/logs/Log.ts"
import { unavailable } from "./client/WrongContent.ts"
import { type IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import type { Scripts } from "./Scripts.ts"

/** Items that one script looks at, so that no look keeps Redis from others for long. */
const DETECT_CHUNK = 200

/** Looks at the items of a partition, a few in each call. */
export const make = (
  redis: IoRedis["Service"],
  scripts: Scripts["Service"]
): ItemStore["Service"]["detectEdits"] => {
  const detectSome = Effect.fnUntraced(function*(
    partition: PartitionId,
    epoch: string,
    session: Session | undefined,
    items: ReadonlyArray<ItemId>
  ) {
    const keys = [Keys.mark(partition), ...items.flatMap((itemId) => [Keys.inventory(itemId), Keys.meta(itemId)])]
    const reply = yield* Effect.mapError(scripts.detectEdits(keys, [epoch, String(partition)], session), unavailable)
    const [tag, ...found] = reply
    if (tag === "moved") return yield* new MarkMoved({ partition })
    const pending: Array<PendingEdit> = []
    for (const [number, seq, delta, mended] of found) {
      const itemId = items[Number(number) - 1]
      if (itemId === undefined) return yield* Effect.die(new Error(`detect_edits.lua answered for item ${number}`))
      yield* reportMended(itemId, mended)
      if (seq !== "") pending.push({ itemId, seq: Number(seq), delta: Number(delta) })
    }
    return pending
  })

  return Effect.fnUntraced(function*(partition: PartitionId, epoch: string, session?: Session) {
    const pending = new Map<ItemId, PendingEdit>()
    let cursor = "0"
    do {
      const [next, names] = yield* Effect.mapError(
        redis.use((client) => client.sscan(Keys.items(partition), cursor, "COUNT", DETECT_CHUNK)),
        unavailable
      )
      const items = names.map((name) => ItemId.make(name))
      // The mark is checked by the script, so it is asked also where the partition has no items. A scan may name an
      // item twice and may return more than it was asked for.
      for (let from = 0; from === 0 || from < items.length; from += DETECT_CHUNK) {
        const some = yield* detectSome(partition, epoch, session, items.slice(from, from + DETECT_CHUNK))
        for (const one of some) pending.set(one.itemId, one)
      }
      cursor = next
    } while (cursor !== "0")
    return Array.from(pending.values())
  })
}

/**
 * Reports that a key held no number of units and was put back: `mended` is '' where it was not, '-' where the key was
 * gone, else what it held.
 */
export const reportMended = (itemId: ItemId, mended: string): Effect.Effect<void> => {
  if (mended === "") return Effect.void
  const key = Keys.inventory(itemId)
  const what = mended === "-" ? "was deleted" : `held ${JSON.stringify(mended.slice(1))}, which is no number of units`
  return Log.error(`The key ${key} ${what}: put back to the number that was left there`, {
    event: "inventory_key_mended",
    item_id: itemId,
    key
  })
}
