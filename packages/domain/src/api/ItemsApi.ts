/** Reading items: what is on sale. */
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ItemId } from "../records/Ids.ts"
import * as Errors from "./Errors.ts"
import * as Fields from "./Fields.ts"
import { RequestErrors } from "./RequestErrors.ts"

/** The settings of a sale; what is absent is not limited. Times are ISO 8601 in UTC, `price` in the smallest unit. */
export const Sale = Schema.Struct({
  paused: Schema.Boolean.annotate({ description: "An operator has paused the sale" }),
  opens_at: Schema.optionalKey(Fields.Timestamp),
  closes_at: Schema.optionalKey(Fields.Timestamp),
  per_user_limit: Schema.optionalKey(Schema.Int.annotate({ description: "Units that one buyer may buy" })),
  price: Schema.optionalKey(Schema.Int.annotate({ description: "Of one unit, in the smallest unit of the currency" })),
  currency: Schema.optionalKey(Schema.String.annotate({ description: "Its code in ISO 4217" }))
})

/** Units of an item: stocked = available + held + sold. The identifier is public: see decision 0023. */
export const ItemView = Schema.Struct({
  item_id: ItemId,
  available: Schema.Int.annotate({ description: "Units that can be bought now" }),
  held: Schema.Int.annotate({ description: "Units of orders whose payment is under way" }),
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

/** Why an item that was named is not shown. */
export const NotShown = Schema.Struct({
  item_id: ItemId,
  code: Schema.Literals(["unknown_item", "item_stopped", "store_unavailable"]).annotate({
    description: "As the code with which GET /items/{item_id} would be refused"
  })
})

export const ItemList = Schema.Struct({
  items: Schema.Array(ItemView).annotate({ description: "In the order in which they were named" }),
  not_shown: Schema.Array(NotShown).annotate({ description: "The items that were named and cannot be shown, and why" })
}).annotate({ identifier: "ItemList", description: "What is left of several items, and how they are sold." })

const items = HttpApiEndpoint.get("items", "/items", {
  query: { ids: NamedItems },
  success: ItemList,
  error: [Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What is left of several items, and how they are sold",
  description: "For pages that show several sales. What is shown is at most half a second older than of " +
    "`GET /items/{item_id}`. 503 `overloaded` where more different items are asked for than a gateway reads at once."
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
