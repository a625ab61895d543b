/** Items under the names that programs read them by: those of the HTTP API. Times are ISO 8601 in UTC. */
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"

/** What is shown of an item. */
export interface ShownSummary
  extends Pick<ItemSummary, "available" | "held" | "sold" | "stocked" | "settings" | "position">
{
  /** Undefined where nobody says so. */
  readonly refused?: ItemSummary["refused"] | undefined
}

/** How many orders were turned away, by reason: those reasons that there were. */
export const refusedOf = (refused: ItemSummary["refused"]): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(refused).filter(([, orders]) => orders > 0))

/** An item of a list. `summary` is undefined where it is stopped, and `stopped` says why. */
export interface ShownItem {
  readonly itemId: ItemId
  /** Undefined where nobody says so. */
  readonly partition: PartitionId | undefined
  readonly summary: ShownSummary | undefined
  readonly stopped: string | undefined
}

/** The counts and the sale of an item. */
export const ofSummary = (itemId: ItemId, { available, held, position, settings, sold, stocked }: ShownSummary) => ({
  item_id: itemId,
  available,
  held,
  sold,
  stocked,
  sale: saleOf(settings),
  position
})

/** An item of the list: of one that is stopped there is only why. */
export const ofListed = ({ itemId, partition, stopped, summary }: ShownItem) =>
  summary === undefined
    ? { item_id: itemId, partition, stopped }
    : { ...ofSummary(itemId, summary), partition }
