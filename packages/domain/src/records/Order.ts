/** The order of a buyer. */
import { Schema } from "effect"
import { Amount, isAmount, isItemId, isRequestId, isUserId, ItemId, PaymentToken, RequestId, UserId } from "./Ids.ts"
import * as Json from "./Json.ts"

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
).annotate({ identifier: "Order", description: "One attempt to buy." })
export type Order = typeof Order.Type

const isPaymentToken = Schema.is(PaymentToken)

/** The order that a parsed text holds, read without the schema; undefined where the schema would reject it. */
export const read = (body: unknown): Order | undefined => {
  if (!Json.isObject(body)) return undefined
  const { amount, item_id: itemId, payment_token: paymentToken, request_id: requestId, user_id: userId } = body
  if (!isRequestId(requestId) || !isUserId(userId) || !isItemId(itemId) || !isAmount(amount)) return undefined
  if (!("payment_token" in body)) return { requestId, userId, itemId, amount }
  return isPaymentToken(paymentToken) ? { requestId, userId, itemId, amount, paymentToken } : undefined
}

/** The order as JSON: the opposite of `read`. */
export const write = ({ amount, itemId, paymentToken, requestId, userId }: Order): string =>
  JSON.stringify({ request_id: requestId, user_id: userId, item_id: itemId, amount, payment_token: paymentToken })

/**
 * Equal for two requests under the same id exactly where they are the same order: buyer, item and amount.
 *
 * **Details**: the payment token is left out, as shops get a new single-use token for each honest retry.
 */
export const fingerprint = (order: Pick<Order, "userId" | "itemId" | "amount">): string =>
  `${order.userId}:${order.itemId}:${order.amount}`
