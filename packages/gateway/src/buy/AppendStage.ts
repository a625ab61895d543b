/** The third stage: the order's record is appended to the log. */
import { type AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Order, RecordedOrder } from "@flash-sale/domain/records/Order"
import { type Cipher, TokenCipher } from "@flash-sale/domain/records/TokenCipher"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Exit } from "effect"
import * as BuySpans from "./BuySpans.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

/** As its record keeps it: the payment token encrypted, where there is a key (decision 0037). */
const recorded = (order: Order, cipher: Cipher | undefined): RecordedOrder =>
  cipher === undefined || order.paymentToken === undefined
    ? order
    : { ...order, paymentToken: cipher.encrypt(order.paymentToken, order) }

const encode = (
  { order, request: { correlationId } }: OrderInFlight,
  cipher: Cipher | undefined,
  traceparent: string | undefined,
  now: number
) =>
  LogRecord.encode(
    order.itemId,
    Command.Place({
      order: recorded(order, cipher),
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
  const cipher = yield* TokenCipher
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
    log.offer(encode(order, cipher, traceparent, clock.currentTimeMillisUnsafe()), completion(order, afterAppend))
  }
})
