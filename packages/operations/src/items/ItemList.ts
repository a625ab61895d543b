/** All items that there are, a page after the other, and one of them. */
import { type ItemSummary, NamesCursor } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Option, Schema } from "effect"
import * as Cursor from "../paging/Cursor.ts"

/** The name of the list in its cursors. */
const LIST = "items"
/** Items that are read at the same time. */
const READS_AT_ONCE = 32
/** Partitions that one page looks into. Where they hold fewer items the page is short, and others follow. */
const PARTITIONS_AT_ONCE = 64

/** An item. `summary` is undefined where it is stopped, and `stopped` says why. */
export interface ListedItem {
  readonly itemId: ItemId
  readonly partition: PartitionId
  readonly summary: ItemSummary | undefined
  readonly stopped: string | undefined
}

export type ListError = StoreUnavailable | LogUnavailable | LogRefused

interface Place {
  readonly partition: number
  readonly from: NamesCursor | undefined
}

/**
 * A page of all items, those of one partition after those of the one before. An item that is there for as long as the
 * pages are read is on one of them; one that comes meanwhile may be left out, or be on two.
 */
export const list = Effect.fn("ItemList.list")(function*(
  options: Cursor.PageOptions
): Effect.fn.Return<Cursor.Page<ListedItem>, ListError | Cursor.InvalidCursor, ItemStore | OrderLog> {
  const { itemIds, next } = yield* names(options)
  const entries = yield* Effect.forEach(itemIds, ({ itemId, partition }) => read(partition, itemId), {
    concurrency: READS_AT_ONCE
  })
  return { entries, next }
})

/** One item, known or not. */
export const one = Effect.fn("ItemList.one")(function*(
  itemId: ItemId
): Effect.fn.Return<ListedItem, ListError, ItemStore | OrderLog> {
  const log = yield* OrderLog
  return yield* read(home(itemId, yield* log.partitions), itemId)
})

/** The names alone, for what is done about every item. */
export const names = Effect.fnUntraced(function*(
  options: Cursor.PageOptions
): Effect.fn.Return<
  { readonly itemIds: ReadonlyArray<Pick<ListedItem, "itemId" | "partition">>; readonly next: string | undefined },
  ListError | Cursor.InvalidCursor,
  ItemStore | OrderLog
> {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const count = yield* log.partitions
  const limit = Cursor.sizeOf(options)
  const begin = options.cursor === undefined ? Option.some(FIRST) : placeIn(options.cursor, count)
  if (Option.isNone(begin)) return yield* new Cursor.InvalidCursor()
  const itemIds: Array<Pick<ListedItem, "itemId" | "partition">> = []
  let { from, partition }: Place = begin.value
  for (let looked = 0; looked < PARTITIONS_AT_ONCE && partition < count && itemIds.length < limit; looked++) {
    const at = PartitionId.make(partition)
    const page = yield* store.names(at, from, limit - itemIds.length)
    for (const itemId of page.itemIds) itemIds.push({ itemId, partition: at })
    from = page.next
    if (from === undefined) partition++
  }
  return { itemIds, next: partition === count ? undefined : Cursor.make(LIST, String(partition), from ?? "") }
})

const FIRST: Place = { partition: 0, from: undefined }

const isCursor = Schema.is(NamesCursor)

/** The place that a cursor names in a log of so many partitions; none where it names none. */
const placeIn = (cursor: string, count: number): Option.Option<Place> =>
  Option.flatMap(Cursor.read(LIST, cursor), ([partition = "", from = ""]) => {
    if (!/^\d{1,4}$/.test(partition) || Number(partition) >= count) return Option.none()
    if (from === "") return Option.some({ partition: Number(partition), from: undefined })
    return isCursor(from) ? Option.some({ partition: Number(partition), from }) : Option.none()
  })

const read = Effect.fnUntraced(function*(partition: PartitionId, itemId: ItemId) {
  const store = yield* ItemStore
  return yield* store.read(partition, itemId).pipe(
    Effect.map((summary): ListedItem => ({ itemId, partition, summary, stopped: undefined })),
    Effect.catchTag(
      "ItemDamaged",
      ({ detail }: ItemDamaged) =>
        Effect.succeed<ListedItem>({ itemId, partition, summary: undefined, stopped: detail })
    )
  )
})
