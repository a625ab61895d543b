/** What is asked of the archive: orders of any age, who changed what, and reports. This engine has none yet. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ItemId, RequestId } from "../../records/Ids.ts"
import { NoArchive } from "../ArchiveErrors.ts"
import { RequestErrors } from "../RequestErrors.ts"
import { about } from "./NeededScope.ts"
import { Operators } from "./Operators.ts"

const FromArchive = Schema.Record(Schema.String, Schema.Unknown).annotate({
  identifier: "FromArchive",
  description: "What the archive has. An engine without one answers 503 `no_archive` instead, as this release does."
})

const archived = { success: FromArchive, error: NoArchive } as const

const orders = HttpApiEndpoint.get("orders", "/admin/v1/orders", archived).annotateMerge(
  about("orders", "Orders of any age")
)
const order = HttpApiEndpoint.get("order", "/admin/v1/orders/:request_id", {
  params: { request_id: RequestId },
  ...archived
}).annotateMerge(about("orders", "One order with its history"))
const audit = HttpApiEndpoint.get("audit", "/admin/v1/audit", archived).annotateMerge(
  about("read", "Who changed what, when and why")
)
const report = HttpApiEndpoint.get("report", "/admin/v1/reports/:item_id", {
  params: { item_id: ItemId },
  ...archived
}).annotateMerge(about("read", "What became of all units of an item"))

export class AdminArchive extends HttpApiGroup.make("archive")
  .add(orders, order, audit, report)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "What is asked of the archive" }))
{}
