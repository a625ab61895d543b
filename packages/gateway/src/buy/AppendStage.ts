/** The third stage: the order's record is appended to the log. */
import { type AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Exit } from "effect"
import * as BuySpans from "./BuySpans.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

const encode = (
  { order, request: { correlationId } }: OrderInFlight,
  traceparent: string | undefined,
  now: number
) =>
  LogRecord.encode(
    order.itemId,
    Command.Place({
      order,
      attempt: 1,
      acceptedAt: Math.floor(now),
      correlationId,
      ...(traceparent === undefined ? {} : { traceparent })
    })
  )

/** Hands an order to `finish` when its append has ended, however it ended. */
export const make = Effect.fnUntraced(function*(finish: Stage): Effect.fn.Return<Stage, never, OrderLog> {
  const log = yield* OrderLog
  const clock = yield* Clock.Clock
  const spans = yield* Spans
  const completion = yield* completions

  const afterAppend = (
    order: OrderInFlight,
    appended: Exit.Exit<LogRecord.LogPosition, AppendRefused | AppendUnknown>
  ): void => {
    order.endSpan(Exit.isFailure(appended) ? "not acknowledged" : undefined)
    order.appended = appended
    finish(order)
  }

  return (order) => {
    order.span = BuySpans.begin(spans, "orders send", "producer", order.order, order.request)
    const traceparent = order.span?.traceparent ?? order.request.traceparent
    log.offer(encode(order, traceparent, clock.currentTimeMillisUnsafe()), completion(order, afterAppend))
  }
})
