/** How many orders of an item were turned away, as an event: of these running counts the greatest `sequence` counts. */
import type { ItemId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { Refused } from "../rules/Refused.ts"
import * as EventId from "./EventId.ts"
import type { RefusedEvent } from "./OrderEvent.ts"

/** What an item has turned away, as it is after the record at `position`; `time` is that of the record. */
export interface RefusedCount {
  readonly itemId: ItemId
  readonly position: number
  readonly time: number
  readonly refused: Refused
}

export const of = (partition: PartitionId, { itemId, position, refused, time }: RefusedCount): RefusedEvent => ({
  id: EventId.ofRefused(partition, itemId, position),
  type: "item.refused",
  time,
  sequence: position,
  data: { itemId, refused: { ...refused } }
})
