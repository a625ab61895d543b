/**
 * What operators' commands ask of an engine, and what they get, in one form: whether they work on its stores
 * (`LocalEngine`) or through the admin API of a running one (`RemoteEngine`). Commands only find words for it, so they
 * print the same and end the same. Decision 0046.
 *
 * **Details**: each call is bounded in time, and fails in the operator's words.
 */
import type { OverviewNow } from "@flash-sale/domain/api/admin/AdminOverview"
import type { AuditFilter, OrderFilter } from "@flash-sale/domain/archive/Questions"
import type { LetterId } from "@flash-sale/domain/ports/DeadLetters"
import type { SalePatch } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { Counts } from "@flash-sale/operations/archive/Report"
import type { FailureCode } from "@flash-sale/operations/items/EveryItem"
import type { ShownItem, ShownSummary } from "@flash-sale/operations/items/ItemView"
import type { Taken } from "@flash-sale/operations/items/StockChange"
import type { Filter } from "@flash-sale/operations/letters/Letters"
import type { LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import type { History } from "@flash-sale/operations/orders/OrderHistory"
import type * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Context, type Effect, type Option, type Stream } from "effect"
import type { CommandFailed } from "../terminal/CommandFailed.ts"
import type { Author } from "../terminal/Remote.ts"
import type * as ArchiveView from "./archive/ArchiveView.ts"
import type * as LetterView from "./LetterView.ts"
import type * as OrderView from "./order/OrderView.ts"
import type { WebhookCalls } from "./webhook/WebhookCalls.ts"

type Answer<A> = Effect.Effect<A, CommandFailed>
export type Overview = typeof OverviewNow.Type

/** To so many units, or by so many. `create`: also of an item that nobody knows. */
export type StockEdit =
  | { readonly _tag: "Set"; readonly units: number }
  | { readonly _tag: "Add"; readonly units: number; readonly create: boolean }

/**
 * - `Counts`: the change counts, and the item is so now. `shortfall`: less was taken out than was asked for.
 * - `Recorded`: the change is in the log, and was not seen to count; `when` says who has to run.
 */
export type Changed =
  | { readonly _tag: "Counts"; readonly summary: ShownSummary; readonly shortfall: Taken | undefined }
  | { readonly _tag: "Recorded"; readonly position: LogPosition; readonly when: string }

export interface EverySale {
  readonly total: number
  readonly done: number
  /** A code that this release does not know is as it is. */
  readonly failed: ReadonlyArray<{ readonly itemId: ItemId; readonly code: FailureCode | (string & {}) }>
  /** Partitions that are not folded to their end, so that they may have more items. */
  readonly incomplete: ReadonlyArray<number>
}

export class Engine extends Context.Service<Engine, {
  /** How an item is; none where nobody knows it. */
  readonly item: (itemId: ItemId) => Answer<Option.Option<ShownSummary>>
  /** The same with its place in the log, also where it is stopped. */
  readonly listed: (itemId: ItemId) => Answer<Option.Option<ShownItem>>
  /** A page of all items. The cursor is one that this list has given. */
  readonly items: (options: Cursor.PageOptions) => Answer<Cursor.Page<ShownItem>>
  /** Changes the stock, and waits until that counts. */
  readonly changeStock: (itemId: ItemId, edit: StockEdit, author: Author) => Answer<Changed>
  /** Changes how an item is sold, and waits until that counts. */
  readonly changeSale: (itemId: ItemId, patch: SalePatch, create: boolean, author: Author) => Answer<Changed>
  /** Pauses or resumes every item that there is. */
  readonly changeEverySale: (paused: boolean, author: Author) => Answer<EverySale>
  /** What is known of an order, under the names of the wire. */
  readonly order: (requestId: RequestId) => Answer<object>
  /** Cancels an order, or gives it back, and waits until that counts. */
  readonly changeOrder: (
    order: OrderView.Meant,
    asked: OrderView.Asked,
    author: Author
  ) => Answer<OrderView.Changed>
  /** A page of orders of any age, the newest first, out of the archive. */
  readonly orders: (
    filter: OrderFilter,
    options: ArchiveView.PageOptions
  ) => Answer<ArchiveView.Page<ArchiveView.OrderRow>>
  /** One order with its history; undefined where there is no archive, or only the log may know the order. */
  readonly orderDetails: (
    requestId: RequestId,
    itemId: ItemId | undefined
  ) => Answer<ArchiveView.OrderDetails | undefined>
  /** A page of the changes that were made by hand, the newest first. */
  readonly audit: (
    filter: AuditFilter,
    options: ArchiveView.PageOptions
  ) => Answer<ArchiveView.Page<ArchiveView.AuditRow>>
  /** What became of all units of an item. */
  readonly itemReport: (itemId: ItemId) => Answer<Counts>
  /** The records of an order, out of the log. Not through the admin API. */
  readonly orderHistory: (order: OrderView.Meant) => Answer<History>
  /** Servers of the shop that are told events. */
  readonly webhooks: WebhookCalls
  /** The open letters, oldest first. */
  readonly letters: (filter: Filter) => Answer<ReadonlyArray<LetterView.LetterRow>>
  readonly letter: (id: LetterId) => Answer<LetterView.Found>
  readonly previewReplay: (selection: LetterSelection) => Answer<ReadonlyArray<LetterView.PreviewRow>>
  /** New attempts at the orders of letters; `tell` hears of each that is done. Of those by id all, or none. */
  readonly replay: (
    selection: LetterSelection,
    author: Author,
    tell: (replayed: LetterView.Replayed) => Effect.Effect<void>
  ) => Answer<LetterView.Handled>
  readonly discard: (
    ids: ReadonlyArray<LetterId>,
    author: Author,
    tell: (discarded: LetterView.Discarded) => Effect.Effect<void>
  ) => Answer<LetterView.Handled>
  readonly overview: Answer<Overview>
  /** The same each second, until it is interrupted. */
  readonly overviews: Stream.Stream<Overview, CommandFailed>
}>()("@flash-sale/cli/engine/Engine") {}
