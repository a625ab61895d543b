/**
 * The folded state of every item: fast, atomic and replaceable, as the log can be folded again at any time. Redis with
 * the scripts in `lua/`, or tables in the embedded file.
 *
 * Contract: put in = available + held + sold, for every item, always; a record takes effect once, however often and by
 * whomever it is folded.
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { Batch } from "../rules/Fold.ts"
import type { SaleSettings } from "../rules/Item.ts"
import type { Outcome } from "../rules/Outcome.ts"

/** The store cannot be reached; nothing is known to have changed. Wait and try the same again. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  detail: Schema.String
}) {}

/** The store has lost writes that were acknowledged: the partition is folded again from `position` on. */
export class PositionBehind extends Schema.TaggedError<PositionBehind>()("PositionBehind", {
  itemId: Schema.String,
  position: Schema.Int
}) {}

/** The store's mark of this partition is missing or another one: it was emptied, replaced or restored. */
export class MarkMoved extends Schema.TaggedError<MarkMoved>()("MarkMoved", {
  partition: Schema.Int
}) {}

/** One item cannot be folded: a key of the wrong type, a broken balance, rules of a later version. It stops alone. */
export class ItemDamaged extends Schema.TaggedError<ItemDamaged>()("ItemDamaged", {
  itemId: Schema.String,
  detail: Schema.String
}) {}

export type FoldError = StoreUnavailable | PositionBehind | MarkMoved | ItemDamaged

/**
 * The mark that this store holds the whole fold of a partition: written only at the end of a recovery that found none.
 * The checkpoint is an offset below which everything is known to be folded. It may lag and never leads.
 */
export interface Mark {
  readonly epoch: string
  readonly checkpoint: number
  /** Absent in a mark that an older release has written. */
  readonly seen?: Seen | undefined
}

/**
 * The last record that was taken from the log when the checkpoint was written. A log in which it stands no more is not
 * the one that was folded: it was cut, and other records may have taken the offsets of the lost ones.
 */
export interface Seen {
  readonly offset: number
  readonly digest: string
}

/**
 * Somebody accepted the log as it is in place of the one that was folded, and the fold of the partition was taken away:
 * it is folded anew from `from` on, and what is before `told` was told. Gone when the new fold is marked.
 */
export interface AcceptedLog {
  readonly from: number
  readonly told: number
}

/** A hand-made change of stock that was sensed and parked. It counts once its record is folded. */
export interface PendingEdit {
  readonly itemId: ItemId
  readonly seq: number
  readonly delta: number
}

/**
 * The connection by which the store is reached, numbered. What was acknowledged on an earlier one may have been lost with
 * it: a store that is started again may have forgotten its last writes. So who builds on what was acknowledged names the
 * session, and under another one nothing happens: the call fails with `StoreUnavailable`.
 */
export type Session = number

/** The counts of an item. `known` is false where nothing was ever put in or ordered. */
export interface ItemSummary {
  readonly isKnown: boolean
  readonly available: number
  readonly held: number
  readonly sold: number
  /** Units ever put in, less those taken out by hand: available + held + sold. */
  readonly stocked: number
  readonly settings: SaleSettings
  /** The offset of the last record folded, or -1. */
  readonly position: number
  /** Whether the item's partition is marked as wholly folded; without it, nothing early may be concluded. */
  readonly isComplete: boolean
  readonly pendingEdit: PendingEdit | undefined
}

export interface FoldRequest extends Batch {
  readonly partition: PartitionId
  readonly itemId: ItemId
  /** The epoch of the mark or the recovery that the caller knows; undefined where there must be neither. */
  readonly epoch: string | undefined
  /** Whether the item's live stream hears of it: not while refolding what was told before. */
  readonly emitEvents: boolean
  /** Nobody is told anything: the reply has no outcomes. */
  readonly isSilent?: boolean | undefined
  /** Where the caller builds on what was acknowledged before. */
  readonly session?: Session | undefined
}

export interface FoldReply {
  /** One for each command, in order; none where the fold is silent. */
  readonly outcomes: ReadonlyArray<Outcome>
  readonly summary: ItemSummary
}

export class ItemStore extends Context.Service<ItemStore, {
  /** Folds a batch in order and moves the position in the same step; one round trip, all or nothing. */
  readonly fold: (request: FoldRequest) => Effect.Effect<FoldReply, FoldError>
  /** Reads an item, and parks a hand-made change of its stock where there is one and the partition is marked. */
  readonly read: (
    partition: PartitionId,
    itemId: ItemId
  ) => Effect.Effect<ItemSummary, StoreUnavailable | ItemDamaged>
  /**
   * Looks around all known items of a partition for hand-made changes of stock, and for a mark that has moved.
   * Returns those that are parked. Damaged items are left out: folding or looking at them says so.
   */
  readonly detectEdits: (
    partition: PartitionId,
    epoch: string,
    session?: Session
  ) => Effect.Effect<ReadonlyArray<PendingEdit>, StoreUnavailable | MarkMoved>
  /** How many units of the partition's items are available, of at most so many items: for whoever shows them. */
  readonly levels: (
    partition: PartitionId,
    limit: number
  ) => Effect.Effect<ReadonlyArray<readonly [ItemId, number]>, StoreUnavailable>
  /** The mark, where a recovery has ended; undefined also while one is under way. */
  readonly mark: (partition: PartitionId) => Effect.Effect<Mark | undefined, StoreUnavailable>
  /** What somebody accepted for this partition, until it is folded. */
  readonly accepted: (partition: PartitionId) => Effect.Effect<AcceptedLog | undefined, StoreUnavailable>
  /**
   * Begins a recovery of a partition without a mark, so that it notices where the store is emptied under it. Returns
   * the epoch to fold under: this one, or that of the recovery which somebody has begun before.
   */
  readonly beginRecovery: (
    partition: PartitionId,
    epoch: string,
    session?: Session
  ) => Effect.Effect<string, StoreUnavailable>
  /**
   * Ends the recovery that was begun under the mark's epoch: the store holds the whole fold. `MarkMoved` where it was
   * emptied since, or somebody else began another.
   */
  readonly writeMark: (
    partition: PartitionId,
    mark: Mark,
    session?: Session
  ) => Effect.Effect<void, StoreUnavailable | MarkMoved>
  /** Moves the checkpoint and the record seen forwards, each by itself, under the mark that the caller knows. */
  readonly checkpoint: (
    partition: PartitionId,
    mark: Mark,
    session?: Session
  ) => Effect.Effect<void, StoreUnavailable | MarkMoved>
  /** The session that there is now. */
  readonly session: Effect.Effect<Session>
  /**
   * Why the store takes no writes now: it is away, a replica, full or damaged. Undefined where nothing keeps it from
   * taking what an order needs.
   */
  readonly trouble: Effect.Effect<string | undefined>
  /** Whether it takes them: whether there is no trouble. */
  readonly isUp: Effect.Effect<boolean>
}>()("@flash-sale/domain/ports/ItemStore") {}
