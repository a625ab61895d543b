/** Reading items: what is on sale. */
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ItemId } from "../records/Ids.ts"
import * as Moment from "../records/Moment.ts"
import type { SaleSettings } from "../rules/SaleSettings.ts"
import * as Errors from "./Errors.ts"
import * as Fields from "./Fields.ts"
import { limitOf } from "./lists/Paging.ts"
import { RequestErrors } from "./RequestErrors.ts"

/** The settings of a sale; what is absent is not limited. Times are ISO 8601 in UTC, `price` in the smallest unit. */
export const Sale = Schema.Struct({
  paused: Schema.Boolean.annotate({ description: "An operator has paused the sale" }),
  opens_at: Schema.optionalKey(Fields.Timestamp),
  closes_at: Schema.optionalKey(Fields.Timestamp),
  per_user_limit: Schema.optionalKey(Schema.Int.annotate({ description: "Units that one buyer may buy" })),
  price: Schema.optionalKey(Schema.Int.annotate({ description: "Of one unit, in the smallest unit of the currency" })),
  currency: Schema.optionalKey(Schema.String.annotate({ description: "Its code in ISO 4217" })),
  hold_seconds: Schema.optionalKey(
    Schema.Int.annotate({ description: "How long a hold lasts that does not say it; else 600" })
  ),
  max_hold_seconds: Schema.optionalKey(
    Schema.Int.annotate({ description: "The longest that a hold may last; else 3600" })
  )
})

/** The settings of an item as such a body. */
export const saleOf = (
  { closesAt, currency, holdSeconds, maxHoldSeconds, opensAt, paused, perUserLimit, price }: SaleSettings
): typeof Sale.Encoded => ({
  paused,
  ...(opensAt === undefined ? {} : { opens_at: Moment.isoOf(opensAt) }),
  ...(closesAt === undefined ? {} : { closes_at: Moment.isoOf(closesAt) }),
  ...(perUserLimit === undefined ? {} : { per_user_limit: perUserLimit }),
  ...(price === undefined ? {} : { price }),
  ...(currency === undefined ? {} : { currency }),
  ...(holdSeconds === undefined ? {} : { hold_seconds: holdSeconds }),
  ...(maxHoldSeconds === undefined ? {} : { max_hold_seconds: maxHoldSeconds })
})

/** Units of an item: stocked = available + held + sold. The identifier is public: see decision 0023. */
export const ItemView = Schema.Struct({
  item_id: ItemId,
  available: Schema.Int.annotate({ description: "Units that can be bought now" }),
  held: Schema.Int.annotate({ description: "Units of orders whose payment is under way, and of holds" }),
  sold: Schema.Int.annotate({ description: "Units that are paid" }),
  sale: Sale,
  now: Fields.Timestamp.annotate({
    description: "The clock of the gateway as it answers, for countdowns: ISO 8601, in UTC"
  })
}).annotate({ identifier: "ItemStanding", description: "What is left of an item, and how it is sold." })

/** The most items that one request names. */
export const MAX_ITEMS_NAMED = 50

/** Ids with commas between them; one that is named twice counts once. */
const ItemIds = Schema.Array(ItemId).check(
  Schema.isBetweenLength(1, MAX_ITEMS_NAMED, {
    message: `must be 1 to ${MAX_ITEMS_NAMED} ids, with commas between them`
  })
)
const NamedItems = Schema.String.annotate({
  description: `The ids of 1 to ${MAX_ITEMS_NAMED} items, with commas between them`
}).pipe(Schema.decodeTo(
  ItemIds,
  SchemaTransformation.transform<ReadonlyArray<string>, string>({
    decode: (text) => [...new Set(text.split(","))],
    encode: (ids) => ids.join(",")
  })
))

/** The most items of one page, and how many it has where nothing else is said. */
export const MAX_PAGE = 100
export const DEFAULT_PAGE = 50

const Limit = limitOf(MAX_PAGE, `Items of a page, at most ${MAX_PAGE}, else ${DEFAULT_PAGE}; not with \`ids\``)

/** Where a page begins: a partition, and a place in its index. Clients give back what they were given. */
export const ItemsCursor = Schema.String.check(
  Schema.isPattern(/^\d{1,4}\/(?:\d{1,19}:[a-zA-Z0-9_.-]{0,100})?$/, { message: "must be the `next` of a page" })
).pipe(Schema.brand("ItemsCursor"))
export type ItemsCursor = typeof ItemsCursor.Type

/** Why an item is not shown. */
export const NotShown = Schema.Struct({
  item_id: ItemId,
  code: Schema.Literals(["unknown_item", "item_stopped", "store_unavailable"]).annotate({
    description: "As the code with which GET /items/{item_id} would be refused"
  })
})

export const ItemList = Schema.Struct({
  items: Schema.Array(ItemView).annotate({ description: "In the order in which they were named" }),
  not_shown: Schema.Array(NotShown).annotate({ description: "The items that cannot be shown now, and why" }),
  next: Schema.optionalKey(ItemsCursor.annotate({ description: "The cursor of the next page; absent at the end" }))
}).annotate({ identifier: "ItemList", description: "What is left of several items, and how they are sold." })

/** Which items: those that are named, or a page of all. */
const ItemsQuery = Schema.Struct({
  ids: Schema.optionalKey(NamedItems),
  cursor: Schema.optionalKey(ItemsCursor.annotate({ description: "The `next` of the page before; not with `ids`" })),
  limit: Schema.optionalKey(Limit)
})
export type ItemsQuery = typeof ItemsQuery.Type

const items = HttpApiEndpoint.get("items", "/items", {
  query: ItemsQuery,
  success: ItemList,
  error: [Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What is left of several items, and how they are sold",
  description:
    "Those that `ids` names, or all that there are, a page after the other, in an order of the engine's own. " +
    "A page may be short, and others follow for as long as it has a `next`. What is shown is about a second old at " +
    "the most. 503 `overloaded` where more different items are asked for than a gateway reads at once."
}))

const item = HttpApiEndpoint.get("item", "/items/:item_id", {
  params: { item_id: ItemId },
  success: ItemView,
  error: [Errors.UnknownItem, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What is left of an item, and how it is sold",
  description: "Units that were put in are available, held or sold."
}))

export class ItemsApi extends HttpApiGroup.make("items").add(items, item).middleware(RequestErrors).annotateMerge(
  OpenApi.annotations({ description: "What is on sale" })
) {}
