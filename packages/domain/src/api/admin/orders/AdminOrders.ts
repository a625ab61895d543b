/** Orders at the admin API: cancelling one, and giving back what was sold. */
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { RequestId } from "../../../records/Ids.ts"
import * as Errors from "../../Errors.ts"
import { BodyTooLarge, UnsupportedMediaType } from "../../HttpProblems.ts"
import { RequestErrors } from "../../RequestErrors.ts"
import { IdempotencyKeyReused } from "../AdminErrors.ts"
import * as AdminFields from "../AdminFields.ts"
import { about } from "../NeededScope.ts"
import { Operators } from "../Operators.ts"
import * as Bodies from "./OrderBodies.ts"
import { OrderChangeConflict } from "./OrderErrors.ts"

const success = [Bodies.OrderChanged, Bodies.OrderChangeRecorded.pipe(HttpApiSchema.status(202))] as const
const refusals = [
  Errors.UnknownOrder,
  OrderChangeConflict,
  BodyTooLarge,
  UnsupportedMediaType,
  Errors.InternalError,
  Errors.Unavailable
] as const

const cancel = HttpApiEndpoint.post("cancel", "/admin/v1/orders/:request_id/cancel", {
  params: { request_id: RequestId },
  payload: Bodies.OrderCancel,
  success,
  error: refusals
}).annotateMerge(about(
  "orders",
  "Cancel an order",
  "An open hold is over at once. What is being paid is void once the payment provider has said so: `done` is false " +
    "until then. 202 with its position where the record is not seen to count within 2 s. Cancelling twice is " +
    "cancelling once."
))

const refund = HttpApiEndpoint.post("refund", "/admin/v1/orders/:request_id/refund", {
  params: { request_id: RequestId },
  headers: AdminFields.idempotency,
  payload: Bodies.OrderRefund,
  success,
  error: [...refusals, IdempotencyKeyReused]
}).annotateMerge(about(
  "refunds",
  "Give back what was sold",
  "Of an order that is `COMPLETED`. What the engine has charged is voided at the payment provider first, with " +
    "`refund` `pending` until that has succeeded. What the shop has taken is the shop's to pay back, and done at " +
    "once; so is what a person has paid back, `by_hand`, where the provider never can. The first refund counts: " +
    "sent again it is `repeated`, and with another `restock` 409 `refund_differs`."
))

export class AdminOrders extends HttpApiGroup.make("orderChanges")
  .add(cancel, refund)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "Cancelling orders, and giving back what was sold" }))
{}
