/** What the admin API refuses of changes of orders. The bodies have the same shape as all: see `Errors`. */
import { Schema } from "effect"
import { OrderStatus } from "../../../records/OrderStatus.ts"
import { answer } from "../../Answer.ts"
import * as Fields from "../../Fields.ts"
import { fixed } from "../../FixedField.ts"

/**
 * - `expired`, `order_failed`, `already_completed`, `already_refunded`: it cannot be cancelled, as it has ended so.
 * - `not_completed`: nothing was sold that could be given back.
 * - `refund_differs`: it is given back, or about to be, and its units go elsewhere than asked for.
 */
export const OrderConflictCode = Schema.Literals([
  "expired",
  "order_failed",
  "already_completed",
  "already_refunded",
  "not_completed",
  "refund_differs"
])

/** The order stands against the change: `order_status` is what it is. Asking again does not change that. */
export class OrderChangeConflict extends Schema.Error<OrderChangeConflict>("OrderChangeConflict")({
  error: fixed("The order stands against it"),
  code: OrderConflictCode,
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText,
  order_status: OrderStatus
}, answer(409, "The order stands against it: `code` says why, and `order_status` what the order is.")) {
  readonly _tag = "OrderChangeConflict"
}
