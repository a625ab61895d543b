/**
 * The folded state of every item: fast, atomic and replaceable, as the log can be folded again at any time. Redis with
 * the scripts in `lua/`, or tables in the embedded file.
 *
 * Contract: put in = available + held + sold, for every item, always; a record takes effect once, however often it is
 * folded, and by however many.
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId, RequestId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { Batch } from "../rules/Fold.ts"
import type { RecordOutcome } from "../rules/Outcome.ts"
import type {
  BuyerQuestion,
  BuyerUnits,
  ItemSummary,
  NamesCursor,
  NamesPage,
  OpenCursor,
  OpenPage,
  OrderKnown,
  PendingEdit
} from "./ItemReads.ts"
import type { MarkMoved, Session } from "./RecoveryMarks.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** The store has lost writes that were acknowledged: the partition is folded again from `position` on. */
export class PositionBehind extends Schema.TaggedError<PositionBehind>()("PositionBehind", {
  itemId: Schema.String,
  position: Schema.Int
}) {}

/** One item cannot be folded: a key of the wrong type, a broken balance, rules of a later version. It stops alone. */
export class ItemDamaged extends Schema.TaggedError<ItemDamaged>()("ItemDamaged", {
  itemId: Schema.String,
  detail: Schema.String
}) {}

export type FoldError = StoreUnavailable | PositionBehind | MarkMoved | ItemDamaged

export interface FoldRequest extends Batch {
  readonly partition: PartitionId
  readonly itemId: ItemId
  /** The epoch of the mark or the recovery that the caller knows; undefined where there must be neither. */
  readonly epoch: string | undefined
  /** Whether the item's live stream gets an event: not while what was published is folded again. */
  readonly emitEvents: boolean
  /** Nothing is published of it: the reply has no outcomes. */
  readonly withoutOutcomes?: boolean | undefined
  /** Of a caller that builds on what was acknowledged before: see `RecoveryMarks`. */
  readonly session?: Session | undefined
}

export interface FoldReply {
  /** One for each command, in order; none where the fold is silent. */
  readonly outcomes: ReadonlyArray<RecordOutcome>
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
   * What items know of buyers: one answer for each question, in order and in one round trip. Undefined where nothing
   * may be concluded: the partition is not marked as wholly folded, a hand-made change is parked, or the item is not
   * there or damaged. Changes nothing.
   */
  readonly readBuyers: (
    questions: ReadonlyArray<BuyerQuestion>
  ) => Effect.Effect<ReadonlyArray<BuyerUnits | undefined>, StoreUnavailable>
  /**
   * Looks at all known items of a partition for hand-made changes of stock, and at the mark. Returns the changes that
   * are parked. Damaged items are left out: folding or reading them says so.
   */
  readonly detectEdits: (
    partition: PartitionId,
    epoch: string,
    session?: Session
  ) => Effect.Effect<ReadonlyArray<PendingEdit>, StoreUnavailable | MarkMoved>
  /** The units available of the partition's items, of at most `limit` of them: for what shows them. */
  readonly levels: (
    partition: PartitionId,
    limit: number
  ) => Effect.Effect<ReadonlyArray<readonly [ItemId, number]>, StoreUnavailable>
  /**
   * The names of at most `limit` items of a partition, from the cursor on or from the beginning. An item that is there
   * from the first page to the last is named on one of them; while the index grows one may be named twice. A page costs
   * what it names, however many items there are.
   */
  readonly names: (
    partition: PartitionId,
    from: NamesCursor | undefined,
    limit: number
  ) => Effect.Effect<NamesPage, StoreUnavailable>
  /** What the item knows of a request id. Changes nothing. */
  readonly readOrder: (
    partition: PartitionId,
    itemId: ItemId,
    requestId: RequestId
  ) => Effect.Effect<OrderKnown, StoreUnavailable | ItemDamaged>
  /**
   * Open orders of an item, about `limit` of them, from the cursor on or from the beginning. One that is open from the
   * first page to the last is on one of them, and may be on two. One that changes meanwhile may be there as it was.
   */
  readonly openOrders: (
    partition: PartitionId,
    itemId: ItemId,
    from: OpenCursor | undefined,
    limit: number
  ) => Effect.Effect<OpenPage, StoreUnavailable | ItemDamaged>
  /**
   * Why the store takes no writes now: it is away, a replica, full or damaged. Undefined where nothing keeps it from
   * taking what an order needs.
   */
  readonly trouble: Effect.Effect<string | undefined>
  /** Whether the store takes writes now: whether there is no trouble. */
  readonly isUp: Effect.Effect<boolean>
}>()("@flash-sale/domain/ports/ItemStore") {}
