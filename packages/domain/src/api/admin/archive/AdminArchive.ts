/** What is asked of the archive: orders of any age, who changed what, and reports. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ArchiveCursor, MAX_PAGE } from "../../../archive/Questions.ts"
import { ItemId, RequestId, UserId } from "../../../records/Ids.ts"
import { Moment } from "../../../records/Moment.ts"
import { OperatorName } from "../../../records/operator/Operator.ts"
import { OrderStatus } from "../../../records/OrderStatus.ts"
import * as Errors from "../../Errors.ts"
import { NoArchive } from "../../lists/ArchiveErrors.ts"
import { limitOf } from "../../lists/Paging.ts"
import { RequestErrors } from "../../RequestErrors.ts"
import * as AdminFields from "../AdminFields.ts"
import { about } from "../NeededScope.ts"
import { Operators } from "../Operators.ts"
import * as Bodies from "./ArchiveBodies.ts"

const page = {
  cursor: Schema.optionalKey(ArchiveCursor.annotate({ description: "`next` of the page before" })),
  limit: Schema.optionalKey(
    limitOf(MAX_PAGE, `How much a page holds: 1 to ${MAX_PAGE}, ${AdminFields.PAGE} where it is absent`)
  )
}
const item = Schema.optionalKey(ItemId.annotate({ description: "Only of this item" }))
const moment = (description: string) =>
  Schema.optionalKey(Schema.String.annotate({ format: "date-time", description }).pipe(Schema.decodeTo(Moment)))

export const OrdersQuery = Schema.Struct({
  item,
  user: Schema.optionalKey(UserId.annotate({ description: "Only of this buyer" })),
  status: Schema.optionalKey(OrderStatus.annotate({ description: "Only orders that are this" })),
  from: moment("Only orders that were accepted then or later, ISO 8601 with its zone"),
  until: moment("Only orders that were accepted before then, ISO 8601 with its zone"),
  ...page
})

export const AuditQuery = Schema.Struct({
  item,
  by: Schema.optionalKey(OperatorName.annotate({ description: "Only what this key or user did" })),
  since: moment("Only what was done then or later, ISO 8601 with its zone"),
  ...page
})

const refusals = [NoArchive, Errors.InvalidRequest, Errors.Unavailable] as const

const orders = HttpApiEndpoint.get("orders", "/admin/v1/orders", {
  query: OrdersQuery,
  success: Bodies.OrderPage,
  error: refusals
}).annotateMerge(about(
  "orders",
  "Orders of any age",
  "All that ever held units, and those turned away where the engine keeps them; the newest first."
))

const order = HttpApiEndpoint.get("order", "/admin/v1/orders/:request_id", {
  params: { request_id: RequestId },
  query: { item },
  success: Bodies.OrderDetails,
  error: [...refusals, Errors.UnknownOrder]
}).annotateMerge(about(
  "orders",
  "One order with its history",
  "Of several items that have an order under this id, the one that moved last, or the one of `item`. What the " +
    "archive does not know yet is told by its status, with `archived` false. 404 where neither knows it now."
))

const audit = HttpApiEndpoint.get("audit", "/admin/v1/audit", {
  query: AuditQuery,
  success: Bodies.AuditPage,
  error: refusals
}).annotateMerge(about("read", "Who changed what, when and why", "The newest first."))

const Csv = Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv" }))

const report = HttpApiEndpoint.get("report", "/admin/v1/reports/:item_id", {
  params: { item_id: ItemId },
  query: page,
  success: [Bodies.Report, Csv],
  error: [...refusals, Errors.UnknownItem]
}).annotateMerge(about(
  "read",
  "What became of all units of an item",
  "The counts of the item against the orders of the archive: `balances` says whether they are the same. With " +
    "`Accept: text/csv` the sums and every order, a line each; else a page of orders."
))

export class AdminArchive extends HttpApiGroup.make("archive")
  .add(orders, order, audit, report)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "What is asked of the archive" }))
{}
