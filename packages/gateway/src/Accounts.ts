/**
 * What is counted and logged of each `POST /buy`: received = successful + refused + failed.
 *
 * **Details**: an order is counted when it is answered, under what it was answered with, so that the sum is right at
 * every moment. Failed is what we failed (5xx) and nothing else; `gateway_orders_failures_total` says why.
 */
import type { Problem } from "@flash-sale/domain/api/Errors"
import type { Order } from "@flash-sale/domain/Order"
import * as Attributes from "@flash-sale/infra/observability/Attributes"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import * as Propagation from "@flash-sale/infra/observability/Propagation"
import { Clock, Context, Effect } from "effect"
import { CurrentRequest } from "./CurrentRequest.ts"
import type { Refusal } from "./Refusals.ts"

/** The codes of all answers but 202. */
export type Code = Refusal["code"] | Problem["code"] | "validation_failed"

type Counter = typeof Metrics.ordersReceived | ReturnType<typeof Metrics.ordersRefused>

const failure = (reason: Metrics.Failure): ReadonlyArray<Counter> => [
  Metrics.ordersFailed,
  Metrics.ordersFailedBy(reason)
]
const refusal = (reason: Metrics.Refusal): ReadonlyArray<Counter> => [Metrics.ordersRefused(reason)]

const counters: Readonly<Record<Code, ReadonlyArray<Counter>>> = {
  invalid_body: [Metrics.ordersValidationFailed],
  validation_failed: [Metrics.ordersValidationFailed],
  duplicate_request: [Metrics.ordersIdempotencyRejected],
  rate_limited: [Metrics.ordersRateLimited],
  sold_out: [Metrics.ordersSoldOutEarly],
  not_open: refusal("not_open"),
  closed: refusal("closed"),
  paused: refusal("paused"),
  unknown_item: refusal("unknown_item"),
  request_id_reused: refusal("request_id_reused"),
  body_too_large: refusal("body_too_large"),
  unsupported_media_type: refusal("unsupported_media_type"),
  request_timeout: refusal("request_timeout"),
  not_found: refusal("unknown_item"),
  breaker_open: failure("breaker_open"),
  log_unavailable: failure("log_unavailable"),
  outcome_unknown: failure("outcome_unknown"),
  overloaded: failure("overloaded"),
  store_unavailable: failure("store_unavailable"),
  item_stopped: failure("item_stopped"),
  internal_error: failure("internal_error")
}

/** Counts one answer; returns how long it took, in whole milliseconds. */
const count = (answered: ReadonlyArray<Counter>): Effect.Effect<number> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const { arrivedAt } = Context.get(context, CurrentRequest)
    const millis = Context.get(context, Clock.Clock).currentTimeMillisUnsafe() - arrivedAt
    Metrics.ordersReceived.updateUnsafe(1, context)
    Metrics.requestDuration.updateUnsafe(millis / 1000, context)
    for (const counter of answered) counter.updateUnsafe(1, context)
    return Effect.succeed(Math.round(millis))
  })

const successful = [Metrics.ordersSuccessful]

/** What every line about this order says of it. */
const about = (order: Order | undefined) =>
  Effect.map(CurrentRequest, ({ correlationId, traceparent }) => ({
    correlation_id: correlationId,
    ...Propagation.traceAnnotation(traceparent),
    ...(order === undefined
      ? {}
      : { request_id: order.requestId, user_id: order.userId, item_id: order.itemId })
  }))

/** The order is in the log. Returns how long that took, in whole milliseconds. */
export const queued = (order: Order): Effect.Effect<number> =>
  Effect.gen(function*() {
    const processing_time_ms = yield* count(successful)
    yield* Effect.logInfo("Order queued successfully").pipe(
      Attributes.annotate({ event: "order_queued", ...(yield* about(order)), processing_time_ms })
    )
    return processing_time_ms
  })

/** Whether it is our doing, and rare enough for a line each. */
const isNews = (code: Code): boolean =>
  code === "log_unavailable" || code === "outcome_unknown" || code === "store_unavailable" || code === "internal_error"

/** The order was not taken. Refusals are told at level debug: a flood of them is no news, and the metrics count it. */
export const refused = (code: Code, order?: Order): Effect.Effect<void> =>
  Effect.gen(function*() {
    const answered = counters[code]
    const processing_time_ms = yield* count(answered)
    const line = isNews(code) ? Effect.logWarning("Order failed") : Effect.logDebug("Order refused")
    yield* line.pipe(
      Attributes.annotate({
        event: answered.includes(Metrics.ordersFailed) ? "order_failed" : "order_rejected",
        ...(yield* about(order)),
        reason: code,
        processing_time_ms
      })
    )
  })
