/** Reading items: what is on sale. */
import { Schema } from "effect"
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
  sale: Sale
}).annotate({ identifier: "ItemStanding", description: "What is left of an item, and how it is sold." })

const item = HttpApiEndpoint.get("item", "/items/:item_id", {
  params: { item_id: ItemId },
  success: ItemView,
  error: [Errors.UnknownItem, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What is left of an item, and how it is sold",
  description: "Units that were put in are available, held or sold."
}))

export class ItemsApi extends HttpApiGroup.make("items").add(item).middleware(RequestErrors).annotateMerge(
  OpenApi.annotations({ description: "What is on sale" })
) {}
