/** What a worker finds in the store after its recovery: the open holds and the waiting refunds of all its items. */
import type { FoundOpen, NamesCursor, OpenCursor } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { type RecoveryNeeded, waitFor } from "../run/PartitionRun.ts"

/** Items that are named at once, open orders that are read at once, and items that are read at the same time. */
const NAMES_PAGE = 200
const OPEN_PAGE = 500
const ITEMS_AT_ONCE = 8

/** Called with each that is found. */
export type OnFound = (itemId: ItemId, found: FoundOpen) => void

/** Reads those of one item. A damaged one is left out: it is stopped, and all is read again after its repair. */
export const ofItem = Effect.fnUntraced(function*(
  partition: PartitionId,
  itemId: ItemId,
  onFound: OnFound
): Effect.fn.Return<void, RecoveryNeeded, ItemStore> {
  const store = yield* ItemStore
  const pages = Effect.gen(function*() {
    let from: OpenCursor | undefined
    do {
      const page = yield* store.openOrders(partition, itemId, from, OPEN_PAGE)
      for (const found of page.orders) onFound(itemId, found)
      from = page.next
    } while (from !== undefined)
  })
  yield* waitFor("the store", Effect.catchTag(pages, "ItemDamaged", () => Effect.void))
})

/** Reads those of all items of the partition. */
export const ofPartition = Effect.fnUntraced(function*(
  partition: PartitionId,
  onFound: OnFound
): Effect.fn.Return<void, RecoveryNeeded, ItemStore> {
  const store = yield* ItemStore
  let from: NamesCursor | undefined
  do {
    const { itemIds, next } = yield* waitFor("the store", store.names(partition, from, NAMES_PAGE))
    yield* Effect.forEach(itemIds, (itemId) => ofItem(partition, itemId, onFound), {
      concurrency: ITEMS_AT_ONCE,
      discard: true
    })
    from = next
  } while (from !== undefined)
})
