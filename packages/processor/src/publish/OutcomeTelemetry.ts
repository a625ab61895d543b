/** What is counted and logged of orders that have become final, of holds, and of request ids that were used again. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { REASON } from "@flash-sale/domain/rules/ReusedRequestId"
import { type OrderLine, OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import * as CheckoutMetrics from "@flash-sale/infra/observability/metrics/CheckoutMetrics"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { type Context, Effect } from "effect"
import type { Action, CheckoutStep, FinishedOrder, ReusedRequestId } from "../order/Action.ts"

/** An expired hold, and one that was cancelled, are neither a success nor a failure. */
const counterOf = ({ isHold, status }: FinishedOrder) => {
  switch (status) {
    case "COMPLETED":
    case "REFUNDED":
      return Metrics.ordersProcessedSuccess
    case "FAILED_SOLD_OUT":
      return Metrics.ordersSoldOut
    case "EXPIRED":
      return CheckoutMetrics.holdsExpired
    case "CANCELLED":
      return isHold ? undefined : Metrics.ordersProcessedFailed
    default:
      return Metrics.ordersProcessedFailed
  }
}

const STEPS = {
  held: { event: "order_held", message: "Units are held until the order is confirmed", status: "RESERVED" },
  confirmed: { event: "order_confirmed", message: "Hold confirmed", status: undefined },
  refunded: { event: "order_refunded", message: "Order refunded", status: "REFUNDED" }
} as const

export interface OutcomeTelemetry {
  /** Counts and logs those that records at or above `publishFrom` tell of. */
  readonly report: (itemId: ItemId, actions: ReadonlyArray<Action>, publishFrom: number, now: Moment) => void
}

/** One moment by both clocks, in milliseconds. */
export interface Moment {
  /** Since 1970 (UTC): to be written down, or compared with what was written down. */
  readonly wall: number
  /** As `Monotonic.now` gives it. */
  readonly monotonic: number
}

/** What the lines of an order have in common. */
const about = (
  itemId: ItemId,
  { correlationId, requestId, traceparent }: Pick<OrderLine, "correlationId" | "requestId" | "traceparent">,
  at: number
) => ({ level: "Info", at, service: "processor", correlationId, requestId, itemId, traceparent }) as const

export const make: Effect.Effect<OutcomeTelemetry> = Effect.gen(function*() {
  const context: Context.Context<never> = yield* Effect.context<never>()
  const lines = yield* OrderLines

  const reportOne = (itemId: ItemId, finished: FinishedOrder, now: Moment): void => {
    const millis = finished.takenAt === undefined ? undefined : now.monotonic - finished.takenAt
    counterOf(finished)?.updateUnsafe(1, context)
    if (millis !== undefined) Metrics.orderProcessingDuration.updateUnsafe(millis / 1000, context)
    if (finished.acceptedAt !== undefined) {
      EngineMetrics.orderFate.updateUnsafe(Math.max(0, now.wall - finished.acceptedAt) / 1000, context)
    }
    lines.write({
      ...about(itemId, finished, now.wall),
      event: "order_processed",
      message: "Order processed",
      status: finished.status,
      reason: finished.reason,
      processingMillis: millis === undefined ? undefined : Math.round(millis)
    })
  }

  const reportStep = (itemId: ItemId, told: CheckoutStep, now: Moment): void => {
    const millis = now.monotonic - told.takenAt
    // What follows is the buyer's time, and begins anew when the hold is confirmed.
    if (told.step === "held") Metrics.orderProcessingDuration.updateUnsafe(millis / 1000, context)
    if (told.step === "confirmed") CheckoutMetrics.holdsConfirmed.updateUnsafe(1, context)
    lines.write({ ...about(itemId, told, now.wall), ...STEPS[told.step], processingMillis: Math.round(millis) })
  }

  const reportReused = (itemId: ItemId, reused: ReusedRequestId, now: number): void => {
    EngineMetrics.requestIdsReused.updateUnsafe(1, context)
    lines.write({
      ...about(itemId, reused, now),
      level: "Warn",
      event: "request_id_reused",
      message: "Another order came under the request id of this one, which stays as it is",
      status: reused.status,
      reason: REASON
    })
  }

  return {
    report: (itemId, actions, publishFrom, now) => {
      let count = 0
      for (const { finished, reused, step } of actions) {
        if (reused !== undefined && reused.offset >= publishFrom) reportReused(itemId, reused, now.wall)
        if (step !== undefined && step.offset >= publishFrom) reportStep(itemId, step, now)
        if (finished === undefined || finished.recordOffset < publishFrom) continue
        reportOne(itemId, finished, now)
        count++
      }
      if (count > 0) Metrics.ordersProcessed.updateUnsafe(count, context)
    }
  }
})
