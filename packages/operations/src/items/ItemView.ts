/** Items under the names that programs read them by: those of the HTTP API. Times are ISO 8601 in UTC. */
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { ListedItem } from "./ItemList.ts"

/** The counts and the sale of an item. */
export const ofSummary = (itemId: ItemId, { available, held, position, settings, sold, stocked }: ItemSummary) => ({
  item_id: itemId,
  available,
  held,
  sold,
  stocked,
  sale: saleOf(settings),
  position
})

/** An item of the list: of one that is stopped there is only why. */
export const ofListed = ({ itemId, partition, stopped, summary }: ListedItem) =>
  summary === undefined
    ? { item_id: itemId, partition, stopped }
    : { ...ofSummary(itemId, summary), partition }
