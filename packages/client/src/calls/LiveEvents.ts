/** The streams of one order and of one item. */
import type { ServerEvent } from "../events/EventParser.ts"
import { follow, type FollowOptions } from "../events/Following.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import type { Context } from "../retry/Retrying.ts"
import type { ItemCounts } from "../wire/Item.ts"
import { type JsonObject, readObject, textOf } from "../wire/Json.ts"
import type { ItemEvent, OrderEvent } from "../wire/LiveEvent.ts"
import type { OrderChange } from "../wire/Order.ts"
import { isFinal } from "../wire/OrderStatus.ts"
import * as Paths from "./Paths.ts"
import { asItem, asOrder } from "./Reads.ts"

const checked = <A>(value: A | undefined): A => {
  if (value !== undefined) return value
  throw new FlashSaleError("an event of the stream is not the engine's", { code: "unexpected_answer", status: 200 })
}

const asChange = (body: JsonObject): OrderChange | undefined =>
  textOf(body["status"]) === undefined ? undefined : body as unknown as OrderChange
const asCounts = (body: JsonObject): ItemCounts | undefined =>
  typeof body["available"] === "number" ? body as unknown as ItemCounts : undefined

const bodyOf = ({ data }: ServerEvent): JsonObject => checked(readObject(data))

/** The event as one of an order; undefined where it is of a kind that is not known. */
export const ofOrder = (event: ServerEvent): OrderEvent | undefined => {
  if (event.name === "snapshot") return { type: "snapshot", order: checked(asOrder(bodyOf(event))) }
  if (event.name === "change") return { type: "change", order: checked(asChange(bodyOf(event))) }
}

const ofItem = (event: ServerEvent): ItemEvent | undefined => {
  if (event.name === "snapshot") return { type: "snapshot", item: checked(asItem(bodyOf(event))) }
  if (event.name === "change") return { type: "change", item: checked(asCounts(bodyOf(event))) }
}

/** The statuses of an order, up to the one that is final. */
export async function* orderEvents(
  context: Context,
  requestId: string,
  options: FollowOptions
): AsyncGenerator<OrderEvent, void> {
  for await (const sent of follow(context, Paths.events(Paths.order(requestId)), options)) {
    const event = ofOrder(sent)
    if (event === undefined) continue
    yield event
    if (isFinal(event.order.status)) return
  }
}

/** What is left of an item, without an end. */
export async function* itemEvents(
  context: Context,
  itemId: string,
  options: FollowOptions
): AsyncGenerator<ItemEvent, void> {
  for await (const sent of follow(context, Paths.events(Paths.item(itemId)), options)) {
    const event = ofItem(sent)
    if (event !== undefined) yield event
  }
}
