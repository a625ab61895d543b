/** The order of a buyer. */
import { Schema } from "effect"
import { Amount, isAmount, isItemId, isRequestId, isUserId, ItemId, NewRequestId, RequestId, UserId } from "./Ids.ts"
import * as Json from "./Json.ts"
import { isRecordedToken, OfferedToken, RecordedToken } from "./token/PaymentToken.ts"

const fields = { userId: UserId, itemId: ItemId, amount: Amount }
const names = {
  requestId: "request_id",
  userId: "user_id",
  itemId: "item_id",
  paymentToken: "payment_token"
} as const

/** One order, as a buyer's request: under an id that every client can ask for. Unknown fields are left out. */
export const Order = Schema.Struct({
  requestId: NewRequestId,
  ...fields,
  paymentToken: Schema.optionalKey(OfferedToken)
}).pipe(Schema.encodeKeys(names)).annotate({ identifier: "Order", description: "One attempt to buy." })
export type Order = typeof Order.Type

/** The same as the value of a `place` record, which keeps the token encrypted where the gateway has a key. */
export const RecordedOrder = Schema.Struct({
  requestId: RequestId,
  ...fields,
  paymentToken: Schema.optionalKey(RecordedToken)
}).pipe(Schema.encodeKeys(names)).annotate({ identifier: "RecordedOrder" })
export type RecordedOrder = typeof RecordedOrder.Type

/** The order that a record's text holds, read without the schema; undefined where the schema would reject it. */
export const read = (body: unknown): RecordedOrder | undefined => {
  if (!Json.isObject(body)) return undefined
  const { amount, item_id: itemId, payment_token: paymentToken, request_id: requestId, user_id: userId } = body
  if (!isRequestId(requestId) || !isUserId(userId) || !isItemId(itemId) || !isAmount(amount)) return undefined
  if (!("payment_token" in body)) return { requestId, userId, itemId, amount }
  return isRecordedToken(paymentToken) ? { requestId, userId, itemId, amount, paymentToken } : undefined
}

/** The order as JSON: the opposite of `read`. */
export const write = ({ amount, itemId, paymentToken, requestId, userId }: RecordedOrder): string =>
  JSON.stringify({ request_id: requestId, user_id: userId, item_id: itemId, amount, payment_token: paymentToken })

/** Between the parts of a fingerprint: no id of a user or an item holds it. */
const SEPARATOR = ":"

/**
 * Equal for two requests under the same id exactly where they are the same order: buyer, item and amount.
 *
 * **Details**: the payment token is left out, as shops get a new single-use token for each honest retry.
 */
export const fingerprint = (order: Pick<RecordedOrder, "userId" | "itemId" | "amount">): string =>
  `${order.userId}${SEPARATOR}${order.itemId}${SEPARATOR}${order.amount}`

/** The buyer of the order that has this fingerprint; undefined where the order could not be understood. */
export const ownerIn = (fingerprint: string): UserId | undefined => {
  const owner = fingerprint.slice(0, Math.max(0, fingerprint.indexOf(SEPARATOR)))
  return isUserId(owner) ? owner : undefined
}
