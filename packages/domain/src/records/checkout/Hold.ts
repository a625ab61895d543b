/** Units that are held for a buyer who has still to pay: what a buyer asks for, and what a `hold` record keeps. */
import { Schema } from "effect"
import {
  Amount,
  isAmount,
  isItemId,
  isRequestId,
  isUserId,
  isWhole,
  ItemId,
  NewRequestId,
  RequestId,
  UserId
} from "../Ids.ts"
import { readAsked } from "../Order.ts"
import { OrderMetadata } from "../OrderMetadata.ts"
import * as Json from "../wire/Json.ts"

/** The longest that units are held for a buyer who has not confirmed, in seconds: an hour. No sale allows more. */
export const MAX_HOLD_SECONDS = 3_600
/** How long they are held where neither the buyer nor the sale says otherwise, in seconds: ten minutes. */
export const DEFAULT_HOLD_SECONDS = 600

const holdMessage = `must be a whole number of seconds from 1 to ${MAX_HOLD_SECONDS}`

export const HoldSeconds = Schema.Number.check(
  Schema.isInt({ message: holdMessage }),
  Schema.isBetween({ minimum: 1, maximum: MAX_HOLD_SECONDS }, { message: holdMessage })
).annotate({ description: "Seconds, from the moment at which the hold is accepted" })
export const isHoldSeconds = (value: unknown): value is number => isWhole(value, 1, MAX_HOLD_SECONDS)

const fields = { userId: UserId, itemId: ItemId, amount: Amount, holdSeconds: Schema.optionalKey(HoldSeconds) }
const names = { requestId: "request_id", userId: "user_id", itemId: "item_id", holdSeconds: "hold_seconds" } as const

/** One hold, as a buyer's request: under an id that every client can ask for. */
export const Hold = Schema.Struct({
  requestId: NewRequestId,
  ...fields,
  metadata: Schema.optionalKey(OrderMetadata)
}).pipe(Schema.encodeKeys(names)).annotate({
  identifier: "Hold",
  description: "One attempt to have units held, to be paid for within a while."
})
export type Hold = typeof Hold.Type

/** The same as the value of a `hold` record. */
export const RecordedHold = Schema.Struct({ requestId: RequestId, ...fields }).pipe(Schema.encodeKeys(names)).annotate({
  identifier: "RecordedHold"
})
export type RecordedHold = typeof RecordedHold.Type

/** The hold that a record's text holds, read without the schema; undefined where the schema would reject it. */
export const read = (body: unknown): RecordedHold | undefined => {
  if (!Json.isObject(body)) return undefined
  const { amount, hold_seconds: holdSeconds, item_id: itemId, request_id: requestId, user_id: userId } = body
  if (!isRequestId(requestId) || !isUserId(userId) || !isItemId(itemId) || !isAmount(amount)) return undefined
  if (!("hold_seconds" in body)) return { requestId, userId, itemId, amount }
  return isHoldSeconds(holdSeconds) ? { requestId, userId, itemId, amount, holdSeconds } : undefined
}

/** The hold that a buyer's request holds, read without the schema; undefined where the schema would reject it. */
export const readNew = (body: unknown): Hold | undefined => {
  if (!Json.isObject(body)) return undefined
  const asked = readAsked(body)
  if (asked === undefined) return undefined
  const { hold_seconds: holdSeconds } = body
  if (holdSeconds === undefined) return asked
  return isHoldSeconds(holdSeconds) ? { ...asked, holdSeconds } : undefined
}

/** The hold as JSON: the opposite of `read`. */
export const write = ({ amount, holdSeconds, itemId, requestId, userId }: RecordedHold): string =>
  JSON.stringify({ request_id: requestId, user_id: userId, item_id: itemId, amount, hold_seconds: holdSeconds })
