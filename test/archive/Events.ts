/** Events and their records, as a topic holds them. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { EventRecord } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"

const utf8 = new TextEncoder()

/** An order of item 101 in partition 2 that is completed, placed at this offset of the log. */
export const sold = (requestId: string, placedAt: number): string =>
  CloudEvent.write({
    id: `2-${placedAt}-3`,
    type: "order.completed",
    time: 1_000 + placedAt,
    sequence: placedAt + 1,
    data: {
      requestId: RequestId.make(requestId),
      itemId: ItemId.make("101"),
      userId: UserId.make("u-1"),
      amount: 1,
      status: "COMPLETED",
      attempt: 1
    }
  })

export const recordOf = (
  partition: PartitionId,
  offset: number,
  value: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {}
): EventRecord => ({
  partition,
  offset: Offset.make(offset),
  timestamp: 5_000 + offset,
  key: "101",
  value: typeof value === "string" ? utf8.encode(value) : value,
  headers
})
