/** Items at the admin API: looking at them, changing their stock, and how they are sold. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ItemId } from "../../records/Ids.ts"
import * as Errors from "../Errors.ts"
import { BodyTooLarge, UnsupportedMediaType } from "../HttpProblems.ts"
import { RequestErrors } from "../RequestErrors.ts"
import { IdempotencyKeyReused, InvalidCursor } from "./AdminErrors.ts"
import * as AdminFields from "./AdminFields.ts"
import * as Bodies from "./ItemBodies.ts"
import * as Changes from "./ItemChanges.ts"
import { about } from "./NeededScope.ts"
import { Operators } from "./Operators.ts"

const items = HttpApiEndpoint.get("items", "/admin/v1/items", {
  query: AdminFields.page,
  success: Bodies.ItemPage,
  error: [InvalidCursor, Errors.Unavailable]
}).annotateMerge(about("read", "Every item, page by page"))

const item = HttpApiEndpoint.get("item", "/admin/v1/items/:item_id", {
  params: { item_id: ItemId },
  success: Bodies.ItemDetails,
  error: [Errors.UnknownItem, Errors.Unavailable]
}).annotateMerge(about("read", "What is left of an item, how fast it goes, and how it is sold"))

const stock = HttpApiEndpoint.post("stock", "/admin/v1/items/:item_id/stock", {
  params: { item_id: ItemId },
  headers: AdminFields.idempotency,
  payload: Changes.StockChange,
  success: [Bodies.StockChanged, Bodies.ChangeRecorded.pipe(HttpApiSchema.status(202))],
  error: [
    Errors.UnknownItem,
    BodyTooLarge,
    UnsupportedMediaType,
    IdempotencyKeyReused,
    Errors.InternalError,
    Errors.Unavailable
  ]
}).annotateMerge(about(
  "stock",
  "Change the stock of an item",
  "Takes its place in the log, after the orders that came before. Answers with the counts once it has taken effect, " +
    "and 202 with its position where that takes longer than 2 s. `set` begins an item that nobody knows; `add` to " +
    "one is 404. After 503 `outcome_unknown` send the same `Idempotency-Key` again."
))

const sale = HttpApiEndpoint.patch("sale", "/admin/v1/items/:item_id/sale", {
  params: { item_id: ItemId },
  query: {
    create: Schema.optionalKey(
      Schema.Literals(["true", "false"]).annotate({
        description: "`true` begins the item where nobody knows it"
      })
    )
  },
  payload: Changes.SaleChange,
  success: [Bodies.ItemRow, Bodies.ChangeRecorded.pipe(HttpApiSchema.status(202))],
  error: [Errors.UnknownItem, BodyTooLarge, UnsupportedMediaType, Errors.InternalError, Errors.Unavailable]
}).annotateMerge(about(
  "sale",
  "Change when, to whom and for how much an item is sold",
  "What is absent stays as it is, null takes away. An order that is in the log by then is judged by the settings " +
    "before it. A sale that would close before it opens is 400."
))

const everySale = (name: "pauseAll" | "resumeAll", path: "/admin/v1/sales/pause-all" | "/admin/v1/sales/resume-all") =>
  HttpApiEndpoint.post(name, path, {
    payload: Changes.ReasonGiven,
    success: Bodies.SalesChanged,
    error: [BodyTooLarge, UnsupportedMediaType, Errors.InternalError, Errors.Unavailable]
  })

const pauseAll = everySale("pauseAll", "/admin/v1/sales/pause-all").annotateMerge(about(
  "sale",
  "Pause the sale of every item that there is",
  "Goes on past items that fail, and names them. An item that begins meanwhile may be left out."
))

const resumeAll = everySale("resumeAll", "/admin/v1/sales/resume-all").annotateMerge(about(
  "sale",
  "End the pause of every item that there is",
  "Also of those that were paused one by one. Goes on past items that fail, and names them."
))

export class AdminItems extends HttpApiGroup.make("items")
  .add(items, item, stock, sale, pauseAll, resumeAll)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "Stock, and how it is sold" }))
{}
