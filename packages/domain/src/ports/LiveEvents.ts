/**
 * The live events of an item: one for each fold of a batch that changed something, or said how the item is sold. They
 * feed pages and server-sent events; old ones are trimmed, and nothing is decided by them.
 */
import { Context, type Effect, Schema, type Stream } from "effect"
import { Attempt, type ItemId, RequestId } from "../records/Ids.ts"
import { OrderStatus } from "../records/OrderStatus.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** How many of an item's last events are kept, at the least. */
export const EVENTS_KEPT = 1_000

/**
 * An order whose status changed, or that a record confirms, cancels or refunds: then as it stands, also where that had
 * no effect.
 *
 * **Details**: `expiresAt` is there while a hold is open, in ISO 8601 (UTC); `confirmed` from then until it is paid,
 * `refund` while the money of a completed order is on its way back.
 */
export const OrderMoved = Schema.Struct({
  requestId: RequestId,
  status: OrderStatus,
  attempt: Attempt,
  expiresAt: Schema.optionalKey(Schema.String.annotate({ format: "date-time", description: "ISO 8601, in UTC" })),
  confirmed: Schema.optionalKey(Schema.Literal(true)),
  refund: Schema.optionalKey(Schema.Literal("pending"))
}).pipe(Schema.encodeKeys({ requestId: "request_id", expiresAt: "expires_at" }))

/** One fold of a batch: the item's counts after it, and the orders that it told of. */
export const ItemMoved = Schema.Struct({
  available: Schema.Int,
  held: Schema.Int,
  sold: Schema.Int,
  orders: Schema.Array(OrderMoved)
})
export type ItemMoved = typeof ItemMoved.Type

/** An event with its id in the item's stream. Ids grow, and are opaque otherwise. */
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
  /**
   * The events after `id` (undefined: from now on), as they come. Never ends; fails where the store cannot be reached.
   */
  readonly follow: (itemId: ItemId, after: string | undefined) => Stream.Stream<LiveEvent, StoreUnavailable>
}>()("@flash-sale/domain/ports/LiveEvents") {}
