/**
 * What is counted and logged of each `POST /buy` and `POST /holds`: received = successful + refused + failed.
 *
 * **Details**: an order is counted when it is answered, by its answer, so that the sum is right at every moment. Failed
 * are answers with 5xx and no others; `gateway_orders_failures_total` says why. All of it is done at once and without a
 * fiber, as it is done for every order (docs/decisions/0013-the-hot-route.md).
 */
import type { Problem } from "@flash-sale/domain/api/HttpProblems"
import type { Order } from "@flash-sale/domain/records/Order"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { type OrderLine, OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Context, Effect, Layer } from "effect"
import type { Refusal } from "./Refusals.ts"
import type { RequestContext } from "./RequestContext.ts"

/** The codes of all answers but 202. */
export type AnswerCode = Refusal["code"] | Problem["code"] | "validation_failed"

type Counter = typeof Metrics.ordersReceived | ReturnType<typeof Metrics.ordersRefused>

const failure = (reason: Metrics.FailureReason): ReadonlyArray<Counter> => [
  Metrics.ordersFailed,
  Metrics.ordersFailedBy(reason)
]
const refusal = (reason: Metrics.RefusalReason): ReadonlyArray<Counter> => [Metrics.ordersRefused(reason)]

const counters: Readonly<Record<AnswerCode, ReadonlyArray<Counter>>> = {
  invalid_body: [Metrics.ordersValidationFailed],
  validation_failed: [Metrics.ordersValidationFailed],
  duplicate_request: [Metrics.ordersIdempotencyRejected],
  rate_limited: [Metrics.ordersRateLimited],
  sold_out: [Metrics.ordersSoldOutEarly],
  not_open: refusal("not_open"),
  closed: refusal("closed"),
  paused: refusal("paused"),
  limit: refusal("limit"),
  unknown_item: refusal("unknown_item"),
  request_id_reused: refusal("request_id_reused"),
  body_too_large: refusal("body_too_large"),
  unsupported_media_type: refusal("unsupported_media_type"),
  cross_site: refusal("cross_site"),
  unknown_host: refusal("unknown_host"),
  unauthenticated: refusal("unauthenticated"),
  token_too_long: refusal("token_too_long"),
  missing_scope: refusal("missing_scope"),
  wrong_user: refusal("wrong_user"),
  wrong_item: refusal("wrong_item"),
  too_many_failures: refusal("too_many_failures"),
  quota_exceeded: refusal("quota_exceeded"),
  not_found: refusal("not_found"),
  method_not_allowed: refusal("not_found"),
  breaker_open: failure("breaker_open"),
  log_unavailable: failure("log_unavailable"),
  outcome_unknown: failure("outcome_unknown"),
  overloaded: failure("overloaded"),
  store_unavailable: failure("store_unavailable"),
  keys_unavailable: failure("keys_unavailable"),
  upgrading: failure("upgrading"),
  // No answer to an order: orders of an item that cannot be read are accepted, and the log decides.
  item_stopped: failure("store_unavailable"),
  internal_error: failure("internal_error")
}
const successful = [Metrics.ordersSuccessful]

const RECEIVED = { level: "Debug", event: "order_received", message: "Order received" } as const
const QUEUED = { level: "Info", event: "order_queued", message: "Order queued successfully" } as const

export class BuyTelemetry extends Context.Service<BuyTelemetry, {
  /** An order is well-formed, and on its way. Logged at level debug. */
  readonly received: (request: RequestContext, order: Order) => void
  /** The order is in the log. Returns how long that took, in whole milliseconds. */
  readonly queued: (request: RequestContext, order: Order) => number
  /** The order was not accepted. Refusals are logged at level debug, as a flood of them is counted by metrics. */
  readonly refused: (request: RequestContext, code: AnswerCode, order?: Order) => void
}>()("@flash-sale/gateway/request/BuyTelemetry") {}

/** Where the engine is at fault, and rarely enough for a log line each. */
const FAULTS: ReadonlyArray<AnswerCode> = ["log_unavailable", "outcome_unknown", "store_unavailable", "internal_error"]

export const layer: Layer.Layer<BuyTelemetry> = Layer.effect(
  BuyTelemetry,
  Effect.gen(function*() {
    const context = yield* Effect.context<never>()
    const clock = yield* Clock.Clock
    const monotonic = yield* Monotonic.reader
    const lines = yield* OrderLines
    const run = Effect.runForkWith(context)

    /** Counts one answer; returns how long it took, in whole milliseconds. */
    const count = ({ arrivedAt }: RequestContext, answered: ReadonlyArray<Counter>): number => {
      const millis = monotonic() - arrivedAt
      Metrics.ordersReceived.updateUnsafe(1, context)
      Metrics.requestDuration.updateUnsafe(millis / 1000, context)
      for (const counter of answered) counter.updateUnsafe(1, context)
      return Math.round(millis)
    }

    const log = (
      line: Pick<OrderLine, "level" | "event" | "message" | "reason">,
      { correlationId, traceparent }: RequestContext,
      order: Order | undefined,
      processingMillis?: number
    ): void =>
      lines.write({
        ...line,
        at: clock.currentTimeMillisUnsafe(),
        service: "gateway",
        correlationId,
        requestId: order?.requestId,
        userId: order?.userId,
        itemId: order?.itemId,
        traceparent,
        processingMillis
      })

    const logFailure = ({ correlationId, traceparent }: RequestContext, code: AnswerCode, order: Order | undefined) =>
      run(Log.warn("Order failed", {
        event: "order_failed",
        correlation_id: correlationId,
        ...Propagation.traceAnnotation(traceparent),
        ...(order === undefined
          ? {}
          : { request_id: order.requestId, user_id: order.userId, item_id: order.itemId }),
        reason: code
      }))

    return {
      received: (request, order) => {
        if (lines.isOn("Debug")) log(RECEIVED, request, order)
      },
      queued: (request, order) => {
        const millis = count(request, successful)
        if (lines.isOn("Info")) log(QUEUED, request, order, millis)
        return millis
      },
      refused: (request, code, order) => {
        const answered = counters[code]
        const millis = count(request, answered)
        if (FAULTS.includes(code)) logFailure(request, code, order)
        else if (lines.isOn("Debug")) {
          const event = answered.includes(Metrics.ordersFailed) ? "order_failed" : "order_rejected"
          log({ level: "Debug", event, message: "Order refused", reason: code }, request, order, millis)
        }
      }
    }
  })
)
