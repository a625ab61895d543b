/** The third stage: the order's record is appended to the log. */
import { AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import { type Cipher, TokenCipher } from "@flash-sale/domain/records/token/TokenCipher"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Clock, Effect, Exit } from "effect"
import * as BuySpans from "./BuySpans.ts"
import { completions, type NewOrder, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

type Place = Extract<Command, { readonly _tag: "Place" }>
type Hold = Extract<Command, { readonly _tag: "Hold" }>
type RecordedOrder = Place["order"] & Hold["order"]

/** As its record keeps it: the payment token encrypted, where there is a key (decision 0037). */
const recorded = (order: NewOrder, cipher: Cipher | undefined): RecordedOrder | undefined => {
  if (cipher === undefined || order.paymentToken === undefined) return order
  const paymentToken = cipher.encrypt(order.paymentToken, order)
  return paymentToken === undefined ? undefined : { ...order, paymentToken }
}

/** Says nothing about the log, which was not asked (decision 0047). */
const NO_KEY = Exit.fail(new AppendRefused({ detail: "the keys of payment tokens are missing", overloaded: true }))

const encode = (
  order: RecordedOrder,
  { isHold, order: { metadata: notes }, request: { correlationId } }: OrderInFlight,
  traceparent: string | undefined,
  now: number
) => {
  const metadata = OrderMetadata.write(notes)
  const known = {
    order,
    acceptedAt: Math.floor(now),
    correlationId,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(metadata === undefined ? {} : { metadata })
  }
  return LogRecord.encode(order.itemId, isHold ? Command.Hold(known) : Command.Place({ ...known, attempt: 1 }))
}

/**
 * Makes the record of an order, and begins the span of its append. Undefined where its payment token cannot be
 * encrypted: then the order has `NO_KEY` as the end of its append.
 */
export const recording: Effect.Effect<(order: OrderInFlight) => LogRecord.NewRecord | undefined> = Effect.gen(
  function*() {
    const clock = yield* Clock.Clock
    const spans = yield* Spans
    const cipher = yield* TokenCipher
    return (order) => {
      const toRecord = recorded(order.order, cipher)
      if (toRecord === undefined) {
        order.appended = NO_KEY
        return undefined
      }
      order.span = BuySpans.begin(spans, "orders send", "producer", order.order, order.request)
      const traceparent = order.span?.traceparent ?? order.request.traceparent
      return encode(toRecord, order, traceparent, clock.currentTimeMillisUnsafe())
    }
  }
)

/** Hands an order to `finish` when its append has ended, however it ended. */
export const make = Effect.fnUntraced(function*(finish: Stage): Effect.fn.Return<Stage, never, OrderLog> {
  const log = yield* OrderLog
  const recordOf = yield* recording
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
    const record = recordOf(order)
    if (record === undefined) finish(order)
    else log.offer(record, completion(order, afterAppend))
  }
})
