/** Placing an order, and reading its status. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Amount, Attempt, ItemId, RequestId } from "../records/Ids.ts"
import { Order } from "../records/Order.ts"
import { OrderStatus } from "../records/OrderStatus.ts"
import * as AccessErrors from "./AccessErrors.ts"
import { Authorization } from "./Authorization.ts"
import * as Errors from "./Errors.ts"
import * as Fields from "./Fields.ts"
import * as HttpProblems from "./HttpProblems.ts"
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
  amount: Schema.optionalKey(Amount),
  status: OrderStatus,
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why it failed" })),
  attempt: Attempt,
  correlation_id: Schema.String.annotate({ description: "That of the request which placed the order" }),
  updated_at: Fields.Timestamp
}).annotate({ identifier: "OrderStanding", description: "The status of an order." })

const buy = HttpApiEndpoint.post("buy", "/buy", {
  payload: Order,
  success: HttpApiSchema.WithHeaders(OrderQueued.pipe(HttpApiSchema.status(202)), {
    location: Schema.String,
    "ratelimit-policy": Schema.String,
    ratelimit: Schema.String
  }),
  error: [
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
  ]
}).annotateMerge(OpenApi.annotations({
  summary: "Place an order",
  description: "Answers 202 once the order is durable in the log. The same `request_id` never buys twice: a retry is " +
    "answered 409 with the order's status. An order that cannot succeed now is answered 403, 404 or 410, and leaves " +
    "no trace; `retryable` says whether it may succeed later. 403 `not_open`, 429 and 503 say in `Retry-After` when " +
    "to come back; 202 and 429 say in `RateLimit-Policy` and `RateLimit` how many orders of the user a window takes, " +
    "and how many are left in it. A buyer's token orders for its own user alone, and for its item where it names one."
}))

const order = HttpApiEndpoint.get("order", "/orders/:request_id", {
  params: { request_id: RequestId },
  success: OrderView,
  error: [Errors.UnknownOrder, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What became of an order",
  description: "`PENDING`, `RESERVED`, and then one that is final: `COMPLETED`, `FAILED_SOLD_OUT`, `FAILED_LIMIT`, " +
    "`FAILED_PAYMENT`, `FAILED` or `CANCELLED`. A final one is found for a day (or as long as is set) where the " +
    "order held units, and for half an hour where it was turned away. Where two orders for one item came under one " +
    "id, it is the first one's. For a buyer's token there are no orders but the buyer's own: any other is 404."
}))

export class OrdersApi
  extends HttpApiGroup.make("orders").add(buy, order).middleware(RequestErrors).middleware(Authorization).annotateMerge(
    OpenApi.annotations({ description: "Placing an order, and what became of it" })
  )
{}
