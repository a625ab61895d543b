/** Items as the bodies of the admin API show them. */
import { type Unavailable, UnknownItem } from "@flash-sale/domain/api/Errors"
import { saleOf } from "@flash-sale/domain/api/ItemsApi"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import type * as KnownItem from "@flash-sale/operations/items/KnownItem"
import { Effect } from "effect"
import * as Failures from "../request/Failures.ts"

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

/** The refusal of an item that nobody knows; where the fold is not at its end it may still come to be known. */
export const unknown = (
  { isComplete }: Pick<KnownItem.UnknownItem, "isComplete">
): Effect.Effect<never, UnknownItem | Unavailable> =>
  Effect.flatMap(
    RequestContext,
    ({ correlationId }): Effect.Effect<never, UnknownItem | Unavailable> =>
      isComplete
        ? Effect.fail(new UnknownItem({ correlation_id: correlationId }))
        : Failures.unavailable("store_unavailable")
  )
