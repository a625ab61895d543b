/** Placing an order, and reading its status. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Hold } from "../records/checkout/Hold.ts"
import { Amount, Attempt, ItemId, RequestId, UserId } from "../records/Ids.ts"
import { Order } from "../records/Order.ts"
import { DueReference, OrderStatus } from "../records/OrderStatus.ts"
import * as AccessErrors from "./AccessErrors.ts"
import { Authorization } from "./Authorization.ts"
import * as Errors from "./Errors.ts"
import * as Fields from "./Fields.ts"
import * as HttpProblems from "./HttpProblems.ts"
import * as PastOrders from "./lists/PastOrders.ts"
import { RequestErrors } from "./RequestErrors.ts"

/** The order is durable in the log: it will be decided, and its status shows the outcome. */
export const OrderQueued = Schema.Struct({
  status: Schema.Literal("Order Queued"),
  request_id: Schema.String.annotate({ description: "As it was sent" }),
  correlation_id: Fields.CorrelationText,
  processing_time_ms: Schema.Int.annotate({ description: "How long it took to answer" }),
  estimated_wait_ms: Schema.Int.annotate({
    description: "How long it may take until the order is decided, by the orders before it; 0 where nobody knows"
  })
}).annotate({
  identifier: "OrderQueued",
  description: "The order is durable in the log, and its outcome will be at `Location`."
})

/** The status of an order. `updated_at` is ISO 8601 in UTC. The identifier is public: see decision 0023. */
export const OrderView = Schema.Struct({
  request_id: RequestId,
  item_id: ItemId,
  user_id: Schema.optionalKey(UserId.annotate({ description: "The buyer, for callers with an api key alone" })),
  amount: Schema.optionalKey(Amount),
  status: OrderStatus,
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why it failed" })),
  attempt: Attempt,
  expires_at: Schema.optionalKey(
    Fields.Timestamp.annotate({ description: "When an open hold ends that nobody has confirmed: ISO 8601, in UTC" })
  ),
  confirmed: Schema.optionalKey(
    Schema.Literal(true).annotate({ description: "The hold is confirmed, and being charged" })
  ),
  refund: Schema.optionalKey(
    Schema.Literal("pending").annotate({ description: "The money of a completed order is on its way back" })
  ),
  refund_due: Schema.optionalKey(
    Schema.Array(DueReference).annotate({ description: "Payments that the shop owes to the buyer" })
  ),
  correlation_id: Schema.String.annotate({ description: "That of the request which placed the order" }),
  updated_at: Fields.Timestamp
}).annotate({ identifier: "OrderStanding", description: "The status of an order." })

const accepted = HttpApiSchema.WithHeaders(OrderQueued.pipe(HttpApiSchema.status(202)), {
  location: Schema.String,
  "ratelimit-policy": Schema.String,
  ratelimit: Schema.String
})
const refusals = [
  AccessErrors.TokenMismatch,
  Errors.SaleClosed,
  Errors.LimitReached,
  Errors.UnknownItem,
  Errors.DuplicateRequest,
  Errors.SoldOut,
  HttpProblems.BodyTooLarge,
  HttpProblems.UnsupportedMediaType,
  Errors.RequestIdReused,
  Errors.RateLimited,
  AccessErrors.QuotaExceeded,
  Errors.InternalError,
  Errors.Unavailable
] as const

const buy = HttpApiEndpoint.post("buy", "/buy", { payload: Order, success: accepted, error: refusals }).annotateMerge(
  OpenApi.annotations({
    summary: "Place an order",
    description:
      "Answers 202 once the order is durable in the log. The same `request_id` never buys twice: a retry is answered " +
      "409 with the order's status. An order that cannot succeed now is answered 403, 404 or 410, and leaves no " +
      "trace; `retryable` says whether it may succeed later. 403 `not_open`, 429 and 503 say in `Retry-After` when " +
      "to come back; 202 and 429 say in `RateLimit-Policy` and `RateLimit` how many orders of the user a window " +
      "takes, and how many are left in it. A buyer's token orders for its own user alone, and for its item where it " +
      "names one."
  })
)

const hold = HttpApiEndpoint.post("hold", "/holds", { payload: Hold, success: accepted, error: refusals })
  .annotateMerge(OpenApi.annotations({
    summary: "Hold units for a buyer who has still to pay",
    description:
      "As `POST /buy`, but that nothing is charged: the order is `RESERVED` until `expires_at`, and then `EXPIRED`, " +
      "unless somebody confirms it, tells that it is paid for, or cancels it. `hold_seconds` counts from the moment " +
      "at which the hold is accepted; without it the sale's own `hold_seconds` do, else 600. More than the sale's " +
      "`max_hold_seconds`, else 3600, is 400; 503 `overloaded` where the hold would be over before it is decided."
  }))

const order = HttpApiEndpoint.get("order", "/orders/:request_id", {
  params: { request_id: RequestId },
  success: OrderView,
  error: [Errors.UnknownOrder, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What became of an order",
  description: "`PENDING`, `RESERVED`, and then one that is final: `COMPLETED`, `FAILED_SOLD_OUT`, `FAILED_LIMIT`, " +
    "`FAILED_PAYMENT`, `FAILED`, `CANCELLED` or `EXPIRED`; `COMPLETED` may become `REFUNDED`. An order " +
    "that held units is found for ever where the engine has an archive, else for a day after its end (or as long as " +
    "is set); one that was turned away for half an hour. " +
    "Where two orders for one item came under one id, it is the first one's. For a buyer's token there are no orders " +
    "but the buyer's own: any other is 404."
}))

export class OrdersApi
  extends HttpApiGroup.make("orders").add(buy, hold, order, PastOrders.endpoint).middleware(RequestErrors).middleware(
    Authorization
  )
    .annotateMerge(
      OpenApi.annotations({ description: "Placing an order, and what became of it" })
    )
{}
