/** What a buyer asks for. */
import { Schema } from "effect"
import { Amount, ItemId, PaymentToken, RequestId, UserId } from "./Ids.ts"

/** One order, as the buyer's request and as the value of a `place` record. Unknown fields are left out. */
export const Order = Schema.Struct({
  requestId: RequestId,
  userId: UserId,
  itemId: ItemId,
  amount: Amount,
  paymentToken: Schema.optionalKey(PaymentToken)
}).pipe(
  Schema.encodeKeys({
    requestId: "request_id",
    userId: "user_id",
    itemId: "item_id",
    paymentToken: "payment_token"
  })
).annotate({ identifier: "Order" })
export type Order = typeof Order.Type

/**
 * Says whether two requests under the same id are the same order: who, what and how many.
 *
 * **Details**: the payment token is left out, as shops get a new single-use token for each honest retry.
 */
export const fingerprint = (order: Pick<Order, "userId" | "itemId" | "amount">): string =>
  `${order.userId}:${order.itemId}:${order.amount}`
