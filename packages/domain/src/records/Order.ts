/** The order of a buyer. */
import { Schema } from "effect"
import {
  Amount,
  isAmount,
  isItemId,
  isNewRequestId,
  isRequestId,
  isUserId,
  ItemId,
  NewRequestId,
  RequestId,
  UserId
} from "./Ids.ts"
import { isOrderMetadata, OrderMetadata } from "./OrderMetadata.ts"
import { isOfferedToken, isRecordedToken, OfferedToken, RecordedToken } from "./token/PaymentToken.ts"
import * as Json from "./wire/Json.ts"

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
  paymentToken: Schema.optionalKey(OfferedToken),
  metadata: Schema.optionalKey(OrderMetadata)
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

/** What a buyer's request for units holds, to be paid for at once or held. */
export type Asked = Omit<Order, "paymentToken">

/** Reads it without the schema; undefined where the schema would reject it. */
export const readAsked = (body: Readonly<Record<string, unknown>>): Asked | undefined => {
  const { amount, item_id: itemId, metadata, request_id: requestId, user_id: userId } = body
  if (!isNewRequestId(requestId) || !isUserId(userId) || !isItemId(itemId) || !isAmount(amount)) return undefined
  if (metadata === undefined) return { requestId, userId, itemId, amount }
  return isOrderMetadata(metadata) ? { requestId, userId, itemId, amount, metadata } : undefined
}

/** The order that a buyer's request holds, read without the schema; undefined where the schema would reject it. */
export const readNew = (body: unknown): Order | undefined => {
  if (!Json.isObject(body)) return undefined
  const asked = readAsked(body)
  if (asked === undefined) return undefined
  const { payment_token: paymentToken } = body
  if (paymentToken === undefined) return asked
  return isOfferedToken(paymentToken) ? { ...asked, paymentToken } : undefined
}

/** The order as JSON: the opposite of `read`. */
export const write = ({ amount, itemId, paymentToken, requestId, userId }: RecordedOrder): string =>
  JSON.stringify({ request_id: requestId, user_id: userId, item_id: itemId, amount, payment_token: paymentToken })

/** Between the parts of a fingerprint. Neither item, amount nor suffix has it, so the parts are told apart. */
const SEPARATOR = ":"
/** Behind the fingerprint of a hold. */
const OF_HOLD = `${SEPARATOR}hold`

/**
 * Equal for two requests under the same id exactly where they are the same order: buyer, item and amount, and whether
 * it is a hold.
 *
 * **Details**: the payment token is left out, as shops get a new single-use token for each honest retry; so is how long
 * units are held.
 */
export const fingerprint = (
  order: Pick<RecordedOrder, "userId" | "itemId" | "amount">,
  isHold = false
): string => `${order.userId}${SEPARATOR}${order.itemId}${SEPARATOR}${order.amount}${isHold ? OF_HOLD : ""}`

/** The fingerprint of an order that is no hold, as far as it is known: nobody owns one whose buyer is not. */
export const writtenFor = ({ amount, itemId, userId }: {
  readonly userId: UserId | undefined
  readonly itemId: ItemId
  readonly amount: number | undefined
}): string => `${userId ?? ""}${SEPARATOR}${itemId}${SEPARATOR}${amount ?? ""}`

/** The same order's fingerprint as that of a hold. */
export const asHold = (written: string): string => isOfHold(written) ? written : `${written}${OF_HOLD}`

/** Whether this is the fingerprint of a hold. */
export const isOfHold = (fingerprint: string): boolean => fingerprint.endsWith(OF_HOLD)

/** The buyer of the order that has this fingerprint; undefined where the order could not be understood. */
export const ownerIn = (fingerprint: string): UserId | undefined => {
  const ofOrder = isOfHold(fingerprint) ? fingerprint.slice(0, -OF_HOLD.length) : fingerprint
  const owner = ofOrder.split(SEPARATOR).slice(0, -2).join(SEPARATOR)
  return isUserId(owner) ? owner : undefined
}
