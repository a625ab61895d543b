/** Reading one order or one item, or a page of orders. */
import { refusal, unexpected } from "../http/Answer.ts"
import { send } from "../http/Transport.ts"
import { type Context, retrying } from "../retry/Retrying.ts"
import type { ItemStanding } from "../wire/Item.ts"
import { type JsonObject, textOf } from "../wire/Json.ts"
import type { OrderStanding, PastOrders } from "../wire/Order.ts"
import * as Paths from "./Paths.ts"

/** The object at this path; undefined where the answer is 404 with this code. */
const read = (
  context: Context,
  path: string,
  unknown: string | undefined,
  signal: AbortSignal | undefined
): Promise<JsonObject | undefined> =>
  retrying(context, signal, async (_, millis) => {
    const answer = await send(context.settings, { method: "GET", path, accept: "application/json" }, millis, signal)
    if (answer.status === 404 && unknown !== undefined && answer.body?.["code"] === unknown) return undefined
    if (answer.status !== 200) throw refusal(answer)
    if (answer.body === undefined) throw unexpected(answer, "the answer is not the engine's")
    return answer.body
  })

/** An object that has the fields without which it is none of ours. The others are the engine's word. */
export const asOrder = (body: JsonObject): OrderStanding | undefined =>
  textOf(body["request_id"]) === undefined || textOf(body["status"]) === undefined
    ? undefined
    : body as unknown as OrderStanding

export const asItem = (body: JsonObject): ItemStanding | undefined =>
  textOf(body["item_id"]) === undefined || typeof body["available"] !== "number"
    ? undefined
    : body as unknown as ItemStanding

const asPage = (body: JsonObject): PastOrders | undefined =>
  Array.isArray(body["orders"]) ? body as unknown as PastOrders : undefined

const oursOr = <A>(value: A | undefined): A => {
  if (value !== undefined) return value
  throw unexpected({ status: 200, headers: new Headers() }, "the answer is not the engine's")
}

const checked = async <A>(
  found: Promise<JsonObject | undefined>,
  as: (body: JsonObject) => A | undefined
): Promise<A | undefined> => {
  const body = await found
  return body === undefined ? undefined : oursOr(as(body))
}

export const order = (context: Context, requestId: string, signal: AbortSignal | undefined) =>
  checked(read(context, Paths.order(requestId), "unknown_order", signal), asOrder)

export const item = (context: Context, itemId: string, signal: AbortSignal | undefined) =>
  checked(read(context, Paths.item(itemId), "unknown_item", signal), asItem)

export const orders = async (context: Context, query: Paths.OrdersQuery, signal: AbortSignal | undefined) =>
  oursOr(await checked(read(context, Paths.orders(query), undefined, signal), asPage))
