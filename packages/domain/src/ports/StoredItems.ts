/** All that a store holds of its items, and taking it away so that it is folded again: for operators' commands. */
import { Context, type Effect } from "effect"
import type { ItemId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { ItemDump } from "../rules/ItemDump.ts"
import type { AcceptedLog, MarkMoved } from "./RecoveryMarks.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Items that one `clear` takes: a bound on how long it keeps the store from others. */
export const CLEAR_AT_ONCE = 200

/** What is stored of one item, all of it at one position. */
export interface StoredItem {
  readonly dump: ItemDump
  /** The offset of the last record folded, or -1. */
  readonly position: number
  /** Whether the partition's index names it, so that a look at all its items finds it. */
  readonly indexed: boolean
  /** What no fold can have left there: a key of the wrong type, a number that is none. */
  readonly damages: ReadonlyArray<string>
  /** Changes of stock by hand that wait to be recorded. They are no part of the fold. */
  readonly byHand: ReadonlyArray<string>
}

/** An item whose fold is to be taken away. */
export interface Clearing {
  readonly itemId: ItemId
  /** The last detected adjustment that the log counts: a change by hand that waits gets a later number. */
  readonly seq: number
  /** What was wrong with it: kept with the record of the repair. */
  readonly why: string
}

export class StoredItems extends Context.Service<StoredItems, {
  /** Where the store is, in words. */
  readonly location: string
  /** Whether nothing at all is stored there. */
  readonly isEmpty: Effect.Effect<boolean, StoreUnavailable>
  /** The items that the index of a partition names. */
  readonly items: (partition: PartitionId) => Effect.Effect<ReadonlyArray<ItemId>, StoreUnavailable>
  /** The position of each of these items, -1 where there is none that can be read. As many as there are items. */
  readonly positions: (
    partition: PartitionId,
    itemIds: ReadonlyArray<ItemId>
  ) => Effect.Effect<ReadonlyArray<number>, StoreUnavailable>
  readonly read: (partition: PartitionId, itemId: ItemId) => Effect.Effect<StoredItem, StoreUnavailable>
  /**
   * Takes the folds of these items away, and the partition's mark with them, in one step: the owner of the partition
   * notices at its next call, and folds all that is missing from the log's beginning. Stock changed by hand that waits
   * to be recorded stays. Leaves a record of the repair beside the fold. Nothing happens under another mark. With
   * `accepted`, that is noted in the mark's place.
   */
  readonly clear: (
    partition: PartitionId,
    epoch: string | undefined,
    clearings: ReadonlyArray<Clearing>,
    accepted?: AcceptedLog
  ) => Effect.Effect<void, StoreUnavailable | MarkMoved>
}>()("@flash-sale/domain/ports/StoredItems") {}
