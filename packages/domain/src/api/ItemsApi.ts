/** Reading items: what is on sale. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ItemId } from "../records/Ids.ts"
import * as Errors from "./Errors.ts"
import { RequestErrors } from "./RequestErrors.ts"

/** The settings of a sale; what is absent is not limited. Times are ISO 8601 in UTC, `price` in the smallest unit. */
export const Sale = Schema.Struct({
  paused: Schema.Boolean,
  opens_at: Schema.optionalKey(Schema.String),
  closes_at: Schema.optionalKey(Schema.String),
  per_user_limit: Schema.optionalKey(Schema.Int),
  price: Schema.optionalKey(Schema.Int),
  currency: Schema.optionalKey(Schema.String)
})

/** Units of an item: stocked = available + held + sold. The identifier is public: see decision 0023. */
export const ItemView = Schema.Struct({
  item_id: ItemId,
  available: Schema.Int,
  held: Schema.Int,
  sold: Schema.Int,
  sale: Sale
}).annotate({ identifier: "ItemStanding" })

const item = HttpApiEndpoint.get("item", "/items/:item_id", {
  params: { item_id: ItemId },
  success: ItemView,
  error: [Errors.UnknownItem, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({ summary: "What is left of an item, and how it is sold" }))

export class ItemsApi extends HttpApiGroup.make("items").add(item).middleware(RequestErrors) {}
