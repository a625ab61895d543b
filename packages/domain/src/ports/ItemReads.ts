/** What is read of an item: its counts, its buyers, its orders, and the names of items. */
import { Schema } from "effect"
import type { ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { PartitionId } from "../records/Partition.ts"
import type { OpenOrder, RefundDue } from "../rules/checkout/CheckoutState.ts"
import type { HeldOrder } from "../rules/Item.ts"
import type { Refused } from "../rules/Refused.ts"
import type { SaleSettings } from "../rules/SaleSettings.ts"

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
  /** Orders turned away without ever holding units, by reason. */
  readonly refused: Refused
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
