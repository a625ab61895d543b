/** What is counted and logged of each call to confirm, pay for or cancel an order: each is counted by its answer. */
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { type OrderLine, OrderLines } from "@flash-sale/infra/observability/logs/OrderLines"
import {
  type ActionCode,
  type OrderAction,
  orderActions
} from "@flash-sale/infra/observability/metrics/OrderActionMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Context, Effect, Layer } from "effect"
import type { RequestContext } from "../request/RequestContext.ts"

export class ActionTelemetry extends Context.Service<ActionTelemetry, {
  /** The call was taken: 202, or 200 after its wait. Returns how long that took, in whole milliseconds. */
  readonly queued: (request: RequestContext, action: OrderAction, requestId: RequestId) => number
  /** It was refused, or failed. Logged at level debug, but where a payment is told of: that is money. */
  readonly refused: (request: RequestContext, action: OrderAction, code: ActionCode, requestId?: RequestId) => void
}>()("@flash-sale/gateway/checkout/ActionTelemetry") {}

const MESSAGES: Readonly<Record<OrderAction, string>> = { confirm: "Confirm", paid: "Paid", cancel: "Cancel" }

export const layer: Layer.Layer<ActionTelemetry> = Layer.effect(
  ActionTelemetry,
  Effect.gen(function*() {
    const context = yield* Effect.context<never>()
    const clock = yield* Clock.Clock
    const monotonic = yield* Monotonic.reader
    const lines = yield* OrderLines

    const count = ({ arrivedAt }: RequestContext, action: OrderAction, code: ActionCode): number => {
      orderActions(action, code).updateUnsafe(1, context)
      return Math.round(monotonic() - arrivedAt)
    }
    const log = (
      line: Pick<OrderLine, "level" | "event" | "message" | "reason">,
      { correlationId, traceparent }: RequestContext,
      requestId: RequestId | undefined,
      processingMillis: number
    ): void => {
      if (!lines.isOn(line.level)) return
      lines.write({
        ...line,
        at: clock.currentTimeMillisUnsafe(),
        service: "gateway",
        correlationId,
        requestId,
        itemId: undefined,
        traceparent,
        processingMillis
      })
    }
    return {
      queued: (request, action, requestId) => {
        const millis = count(request, action, "queued")
        log(
          { level: "Info", event: "order_action_queued", message: `${MESSAGES[action]} queued`, reason: undefined },
          request,
          requestId,
          millis
        )
        return millis
      },
      refused: (request, action, code, requestId) => {
        const millis = count(request, action, code)
        const level = action === "paid" && requestId !== undefined ? "Info" : "Debug"
        const message = `${MESSAGES[action]} refused`
        log({ level, event: "order_action_refused", message, reason: code }, request, requestId, millis)
      }
    }
  })
)
