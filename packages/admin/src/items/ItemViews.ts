/** Items as the bodies of the admin API show them. */
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"

export const countsOf = (itemId: ItemId, { available, held, sold, stocked }: ItemSummary) => ({
  item_id: itemId,
  available,
  held,
  sold,
  stocked
})

export const rowOf = (itemId: ItemId, partition: PartitionId, summary: ItemSummary) => ({
  ...countsOf(itemId, summary),
  sale: saleOf(summary.settings),
  partition,
  position: summary.position
})

/** A change that is in the log, and has not been seen to count yet. */
export const recorded = (itemId: ItemId, position: LogPosition) => ({
  status: "Change Recorded" as const,
  item_id: itemId,
  position
})
