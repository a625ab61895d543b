/** What is counted and logged of orders that have become final, and of request ids that were used again. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { REASON } from "@flash-sale/domain/rules/ReusedRequestId"
import { OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { type Context, Effect } from "effect"
import type { Action, FinishedOrder, ReusedRequestId } from "../order/Action.ts"

const counterOf = (status: OrderStatus) =>
  status === "COMPLETED"
    ? Metrics.ordersProcessedSuccess
    : status === "FAILED_SOLD_OUT"
    ? Metrics.ordersSoldOut
    : Metrics.ordersProcessedFailed

export interface OutcomeTelemetry {
  /** Counts and logs those that were placed at or above `publishFrom`. */
  readonly report: (itemId: ItemId, actions: ReadonlyArray<Action>, publishFrom: number, now: Moment) => void
}

/** One moment by both clocks, in milliseconds. */
export interface Moment {
  /** Since 1970 (UTC): to be written down, or compared with what was written down. */
  readonly wall: number
  /** As `Monotonic.now` gives it. */
  readonly monotonic: number
}

export const make: Effect.Effect<OutcomeTelemetry> = Effect.gen(function*() {
  const context: Context.Context<never> = yield* Effect.context<never>()
  const lines = yield* OrderLines

  const reportOne = (itemId: ItemId, finished: FinishedOrder, now: Moment): void => {
    const millis = now.monotonic - finished.takenAt
    counterOf(finished.status).updateUnsafe(1, context)
    Metrics.orderProcessingDuration.updateUnsafe(millis / 1000, context)
    if (finished.acceptedAt !== undefined) {
      EngineMetrics.orderFate.updateUnsafe(Math.max(0, now.wall - finished.acceptedAt) / 1000, context)
    }
    lines.write({
      level: "Info",
      at: now.wall,
      service: "processor",
      event: "order_processed",
      message: "Order processed",
      correlationId: finished.correlationId,
      requestId: finished.requestId,
      itemId,
      status: finished.status,
      reason: finished.reason,
      traceparent: finished.traceparent,
      processingMillis: Math.round(millis)
    })
  }

  const reportReused = (itemId: ItemId, reused: ReusedRequestId, now: number): void => {
    EngineMetrics.requestIdsReused.updateUnsafe(1, context)
    lines.write({
      level: "Warn",
      at: now,
      service: "processor",
      event: "request_id_reused",
      message: "Another order came under the request id of this one, which stays as it is",
      correlationId: reused.correlationId,
      requestId: reused.requestId,
      itemId,
      status: reused.status,
      reason: REASON,
      traceparent: reused.traceparent
    })
  }

  return {
    report: (itemId, actions, publishFrom, now) => {
      let count = 0
      for (const { finished, reused } of actions) {
        if (reused !== undefined && reused.offset >= publishFrom) reportReused(itemId, reused, now.wall)
        if (finished === undefined || finished.placedAtOffset < publishFrom) continue
        reportOne(itemId, finished, now)
        count++
      }
      if (count > 0) Metrics.ordersProcessed.updateUnsafe(count, context)
    }
  }
})
