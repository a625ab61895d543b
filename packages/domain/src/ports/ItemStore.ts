/**
 * The folded state of every item: fast, atomic and replaceable, as the log can be folded again at any time. Redis with
 * the scripts in `lua/`, or tables in the embedded file.
 *
 * Contract: put in = available + held + sold, for every item, always; a record takes effect once, however often it is
 * folded, and by however many.
 */
import { Context, type Effect, Schema } from "effect"
import type { ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { OpenOrder, RefundDue } from "../rules/Checkout.ts"
import type { Batch } from "../rules/Fold.ts"
import type { HeldOrder } from "../rules/Item.ts"
import type { RecordOutcome } from "../rules/Outcome.ts"
import type { SaleSettings } from "../rules/SaleSettings.ts"
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

/** A hand-made change of stock that was detected and parked. It counts once its record is folded. */
export interface PendingEdit {
  readonly itemId: ItemId
  readonly seq: number
  readonly delta: number
}

/** The counts of an item. `isKnown` is false where nothing was ever put in or ordered. */
export interface ItemSummary {
  readonly isKnown: boolean
  readonly available: number
  readonly held: number
  readonly sold: number
  /** Units ever put in, less those taken out by hand: available + held + sold. */
  readonly stocked: number
  readonly settings: SaleSettings
  /** The version of the rules by which it is folded. */
  readonly rules: number
  /** The offset of the last record folded, or -1. */
  readonly position: number
  /** Whether the item's partition is marked as wholly folded; without it, nothing early may be concluded. */
  readonly isComplete: boolean
  readonly pendingEdit: PendingEdit | undefined
}

/** An order of which its item is asked what it knows of the buyer. */
export interface BuyerQuestion {
  readonly partition: PartitionId
  readonly itemId: ItemId
  readonly userId: UserId
  readonly requestId: RequestId
}

/** What an item knows of an order and its buyer, at one moment. Units. */
export interface BuyerUnits {
  /** What the buyer holds or has bought while a limit was set: what counts against the limit. */
  readonly bought: number
  /** What is held of the item by all buyers together: as much of `bought`, at the most, may still come back. */
  readonly held: number
  /** Whether the order is in the item's ledger: it held units, so it is decided already. */
  readonly isKnown: boolean
}

/** Where the next names of a partition are, for the store that gave it: a place in its index, and the last name. */
export const NamesCursor = Schema.String.check(Schema.isPattern(/^\d{1,19}:[a-zA-Z0-9_.-]{0,100}$/)).pipe(
  Schema.brand("NamesCursor")
)
export type NamesCursor = typeof NamesCursor.Type

/** Names of some items of a partition, and where the others are; `next` is undefined at the end. */
export interface NamesPage {
  readonly itemIds: ReadonlyArray<ItemId>
  readonly next: NamesCursor | undefined
}

/** Where the next open orders of an item are, for the store that gave it. */
export const OpenCursor = Schema.String.check(Schema.isMaxLength(1_000)).pipe(Schema.brand("OpenCursor"))
export type OpenCursor = typeof OpenCursor.Type

/** A hold until it is final, or a refund that waits for the provider. */
export interface FoundOpen {
  readonly requestId: RequestId
  readonly order: HeldOrder
  readonly open: OpenOrder
}

/** Some open orders of an item, and where the others are; `next` is undefined at the end. */
export interface OpenPage {
  readonly orders: ReadonlyArray<FoundOpen>
  readonly next: OpenCursor | undefined
}

/** What an item knows of one request id, at one moment. */
export interface OrderKnown {
  /** The offset of the last record folded, or -1: later records say more. */
  readonly position: number
  /** Whether the item's partition is marked as wholly folded; without it, nothing may be concluded. */
  readonly isComplete: boolean
  /** Undefined where it never held units. */
  readonly order: HeldOrder | undefined
  readonly open: OpenOrder | undefined
  readonly refundsDue: ReadonlyArray<RefundDue>
}

export interface FoldRequest extends Batch {
  readonly partition: PartitionId
  readonly itemId: ItemId
  /** The epoch of the mark or the recovery that the caller knows; undefined where there must be neither. */
  readonly epoch: string | undefined
  /** Whether the item's live stream gets an event: not while what was published is folded again. */
  readonly emitEvents: boolean
  /** Nothing is published of it: the reply has no outcomes. */
  readonly isSilent?: boolean | undefined
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
