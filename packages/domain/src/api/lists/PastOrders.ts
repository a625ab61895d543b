/** Orders of any age, as the archive has them: what a buyer's own list shows, and an operator's shows too. */
import { Schema } from "effect"
import { HttpApiEndpoint, OpenApi } from "effect/http-api"
import { type ArchivedOrder, openUntil, ownDues } from "../../archive/ArchivedOrder.ts"
import { ArchiveCursor, DEFAULT_PAGE, MAX_PAGE } from "../../archive/Questions.ts"
import { Amount, Attempt, ItemId, RequestId, UserId } from "../../records/Ids.ts"
import { DueReference, OrderStatus } from "../../records/OrderStatus.ts"
import * as AccessErrors from "../AccessErrors.ts"
import * as Errors from "../Errors.ts"
import * as Fields from "../Fields.ts"
import { NoArchive } from "./ArchiveErrors.ts"
import { limitOf } from "./Paging.ts"

/** Fields that are absent are not known, or say nothing of the order. */
export const fields = {
  request_id: RequestId,
  item_id: ItemId,
  user_id: Schema.optionalKey(UserId.annotate({ description: "The buyer, for callers with an api key alone" })),
  amount: Schema.optionalKey(Amount),
  price: Schema.optionalKey(
    Schema.Int.annotate({ description: "Of one unit, in the smallest unit of the currency" })
  ),
  currency: Schema.optionalKey(Schema.String.annotate({ description: "Its code in ISO 4217" })),
  status: OrderStatus,
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why it is so" })),
  attempt: Attempt,
  expires_at: Schema.optionalKey(
    Fields.Timestamp.annotate({ description: "When a hold ends that nobody confirms: ISO 8601, in UTC" })
  ),
  confirmed: Schema.optionalKey(
    Schema.Literal(true).annotate({ description: "The hold is confirmed, and being charged" })
  ),
  refund_due: Schema.optionalKey(
    Schema.Array(DueReference).annotate({ description: "Payments that the shop owes to the buyer" })
  ),
  created_at: Fields.Timestamp.annotate({ description: "When it was accepted: ISO 8601, in UTC" }),
  updated_at: Fields.Timestamp.annotate({ description: "When it became what it is: ISO 8601, in UTC" }),
  correlation_id: Schema.optionalKey(
    Schema.String.annotate({ description: "That of the request which placed the order" })
  )
}

/** An order of the archive under these names. */
export const viewOf = (order: ArchivedOrder) => {
  const { amount, correlationId, currency, price, reason, userId } = order
  const refundDue = ownDues(order)
  const expiresAt = openUntil(order)
  return {
    request_id: order.requestId,
    item_id: order.itemId,
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(amount === undefined ? {} : { amount }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    status: order.status,
    ...(reason === undefined ? {} : { reason }),
    attempt: order.attempt,
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(order.confirmed ? { confirmed: true as const } : {}),
    ...(refundDue.length === 0 ? {} : { refund_due: refundDue }),
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    ...(correlationId === undefined ? {} : { correlation_id: correlationId })
  }
}

export const PastOrder = Schema.Struct(fields).annotate({
  identifier: "PastOrder",
  description: "An order of any age, as the archive has it."
})

export const PastOrders = Schema.Struct({
  orders: Schema.Array(PastOrder).annotate({ description: "The newest first" }),
  next: Schema.optionalKey(ArchiveCursor.annotate({ description: "The cursor of the next page; absent at the end" }))
}).annotate({ identifier: "PastOrders", description: "A page of a buyer's orders." })

const PastOrdersQuery = Schema.Struct({
  user: Schema.optionalKey(UserId.annotate({ description: "Whose orders, with an api key; a token names its own" })),
  cursor: Schema.optionalKey(ArchiveCursor.annotate({ description: "The `next` of the page before" })),
  limit: Schema.optionalKey(
    limitOf(MAX_PAGE, `Orders of a page, at most ${MAX_PAGE}; ${DEFAULT_PAGE} where it is absent`)
  )
})
export type PastOrdersQuery = typeof PastOrdersQuery.Type

export const endpoint = HttpApiEndpoint.get("pastOrders", "/orders", {
  query: PastOrdersQuery,
  success: PastOrders,
  error: [
    Errors.InvalidRequest,
    AccessErrors.Unauthenticated,
    AccessErrors.TokenMismatch,
    NoArchive,
    Errors.Unavailable
  ]
}).annotateMerge(OpenApi.annotations({
  summary: "A buyer's own orders",
  description: "The newest first, of any age: all that ever held units, and, where the engine keeps them, those that " +
    "were turned away. A moment after an order is decided it is here. Wants a buyer's token, or an api key and " +
    "`user`, with `AUTH=open` as well. 503 `no_archive` where the engine has no archive."
}))
