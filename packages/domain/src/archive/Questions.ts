/** What the archive is asked: each question costs what it answers, however much there is. */
import { Schema } from "effect"
import type { ItemId, UserId } from "../records/Ids.ts"
import type { OrderStatus } from "../records/OrderStatus.ts"
import type { ArchivedOrder } from "./ArchivedOrder.ts"

/** The most entries of one page. */
export const MAX_PAGE = 200
/** Entries of a page where nobody says how many. */
export const DEFAULT_PAGE = 50
/** Entries of one order's history that are shown. */
export const MAX_HISTORY = 1_000

/** Where the next page begins, for the archive that gave it: the time of the last entry, and its number. */
export const ArchiveCursor = Schema.String.check(
  Schema.isPattern(/^\d{1,15}-\d{1,15}$/, { message: "must be where a page has ended" })
).pipe(Schema.brand("ArchiveCursor"))
export type ArchiveCursor = typeof ArchiveCursor.Type

/** A page, newest first; `next` is undefined at the end. */
export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly next: ArchiveCursor | undefined
}

/** Which orders: all conditions hold together; times are in milliseconds since 1970 (UTC), `until` is exclusive. */
export interface OrderFilter {
  readonly itemId?: ItemId | undefined
  readonly userId?: UserId | undefined
  readonly status?: OrderStatus | undefined
  readonly from?: number | undefined
  readonly until?: number | undefined
}

/** Which changes by hand; `since` in milliseconds since 1970 (UTC). */
export interface AuditFilter {
  readonly itemId?: ItemId | undefined
  readonly by?: string | undefined
  readonly since?: number | undefined
}

/** One change by hand: what was done, by whom, why and when. */
export interface AuditEntry {
  /** The id of its event, of its letter, or of its entry alone. */
  readonly id: string
  /** The type of its event, `letter.replayed`, `letter.discarded`, or what was done about a webhook. */
  readonly type: string
  readonly itemId: ItemId | undefined
  readonly requestId: string | undefined
  readonly by: string
  readonly reason: string | undefined
  /** ISO 8601 in UTC. */
  readonly time: string
  /** The data under its wire names. */
  readonly data: unknown
}

/** Orders of an item that are alike, added up. Money is in the smallest unit of the currency. */
export interface OrderSum {
  readonly status: OrderStatus
  readonly currency: string | undefined
  readonly orders: number
  readonly units: number
  /** Units times their price, of the orders that have one. */
  readonly money: bigint
  /** Of refunded orders: those of which the units are on sale again. */
  readonly restockedUnits: number
}

/** What the archive knows of an item, at one moment. */
export interface ItemSums {
  readonly orders: ReadonlyArray<OrderSum>
  /** Orders turned away, by reason, as the item has counted them; undefined where it was never told. */
  readonly refused: Readonly<Record<string, number>> | undefined
  /** Payments that the shop owes: those whose letter nobody has handled. */
  readonly refundsDue: number
  /**
   * Orders that had not moved since before this moment were deleted, as the archive keeps them no longer (ISO 8601 in
   * UTC); undefined where none was.
   */
  readonly retiredUntil: string | undefined
  /** Up to which offset of the item's partition everything is in it; undefined where nothing is. */
  readonly readUpTo: number | undefined
}

/** A page of orders. */
export type OrderPage = Page<ArchivedOrder>
