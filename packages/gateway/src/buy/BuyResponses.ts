/** The answer to an order that was accepted. Pure. */
import type { OrderQueued } from "@flash-sale/domain/api/OrdersApi"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import type { Answer } from "../answers/Answer.ts"
import type { Fields } from "./RateLimitHeaders.ts"

/** The path of the order's status. */
export const locationOf = ({ requestId }: Pick<Order, "requestId">): string =>
  `/orders/${encodeURIComponent(requestId)}`

/** The body of an order's 202. */
export const bodyOf = (
  order: Order,
  correlation_id: CorrelationId,
  processing_time_ms: number,
  waitMillis: number
) => ({
  status: "Order Queued" as const,
  request_id: order.requestId,
  correlation_id,
  processing_time_ms,
  estimated_wait_ms: Math.round(waitMillis)
})

export const queued = (order: Order, body: typeof OrderQueued.Encoded, fields: Fields): Answer => ({
  status: 202,
  headers: [
    "location",
    locationOf(order),
    "ratelimit-policy",
    fields["ratelimit-policy"],
    "ratelimit",
    fields.ratelimit
  ],
  body: JSON.stringify(body)
})
