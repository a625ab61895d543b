/** Rejections of what is done with an order that was accepted. Bodies as in `Errors`. */
import { Schema } from "effect"
import { OrderStatus } from "../../records/OrderStatus.ts"
import { answer } from "../Answer.ts"
import * as Fields from "../Fields.ts"
import { fixed } from "../FixedField.ts"

/**
 * Why an order cannot be confirmed, paid for or cancelled any more.
 *
 * - `expired`, `already_confirmed`, `already_cancelled`, `already_completed`, `already_refunded`: what came first.
 * - `order_failed`: it failed; its status says how.
 * - `not_a_hold`: it is paid for by the engine, in one go.
 */
export const ConflictCode = Schema.Literals([
  "expired",
  "already_confirmed",
  "already_cancelled",
  "already_completed",
  "already_refunded",
  "order_failed",
  "not_a_hold"
])
export type ConflictCode = typeof ConflictCode.Type

/** The order is over, or another call was first. `refund_due`: the payment that the call told of is due back. */
export class OrderConflict extends Schema.Error<OrderConflict>("OrderConflict")({
  error: fixed("The order does not allow this"),
  code: ConflictCode,
  retryable: fixed(false),
  correlation_id: Fields.CorrelationText,
  order_status: OrderStatus,
  refund_due: Schema.optionalKey(
    Schema.Literal(true).annotate({ description: "The payment that this call told of is due back to the buyer" })
  )
}, answer(409, "The order is over, or another call was first: `order_status` is its present status.")) {
  readonly _tag = "OrderConflict"
}
