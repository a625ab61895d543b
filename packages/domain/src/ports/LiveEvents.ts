/**
 * What happens to an item, as it happens: one event for each turn of its fold that changed something. Feeds pages and
 * server-sent events; trimmed, never the truth.
 */
import { Context, type Effect, Schema, type Stream } from "effect"
import { Attempt, type ItemId, RequestId } from "../records/Ids.ts"
import { OrderStatus } from "../records/OrderStatus.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** How many of an item's last events are kept, at the least. */
export const EVENTS_KEPT = 1_000

/** An order that moved. */
export const OrderMoved = Schema.Struct({
  requestId: RequestId,
  status: OrderStatus,
  attempt: Attempt
}).pipe(Schema.encodeKeys({ requestId: "request_id" }))

/** One turn of an item's fold: its counts after it, and the orders that moved. */
export const ItemMoved = Schema.Struct({
  available: Schema.Int,
  held: Schema.Int,
  sold: Schema.Int,
  orders: Schema.Array(OrderMoved)
})
export type ItemMoved = typeof ItemMoved.Type

/** An event at its place in the item's stream. Ids grow, and are opaque otherwise. */
export interface LiveEvent {
  readonly id: string
  readonly event: ItemMoved
}

export class LiveEvents extends Context.Service<LiveEvents, {
  /** Up to `limit` events after `id` (undefined: from the oldest that is kept), oldest first. */
  readonly read: (
    itemId: ItemId,
    after: string | undefined,
    limit: number
  ) => Effect.Effect<ReadonlyArray<LiveEvent>, StoreUnavailable>
  /** The events after `id` (undefined: from now on), as they come. */
  readonly follow: (itemId: ItemId, after: string | undefined) => Stream.Stream<LiveEvent, StoreUnavailable>
}>()("@flash-sale/domain/ports/LiveEvents") {}
