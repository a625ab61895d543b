/** Reads a report: the item's counts out of the store, and its orders out of the archive. */
import * as Archive from "@flash-sale/domain/ports/Archive"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import * as KnownItem from "../items/KnownItem.ts"
import * as Report from "./Report.ts"

/**
 * The counts of an item. The archive is read first, so that what it is behind by is seen: the item has counted at least
 * as much.
 */
export const read = Effect.fn("ItemReport.read")(function*(
  itemId: ItemId
): Effect.fn.Return<
  Report.Counts,
  Archive.ArchiveError | KnownItem.ReadError | KnownItem.UnknownItem,
  OrderLog | ItemStore
> {
  const archive = yield* Archive.optional
  const sums = yield* archive.sums(itemId)
  return Report.of(itemId, yield* KnownItem.required(itemId), sums)
})
