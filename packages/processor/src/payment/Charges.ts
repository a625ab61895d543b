/**
 * The questions to the payment provider about orders.
 *
 * A time-out means *unknown*, never failed: the same key is asked again. When the time for that is over, or at once
 * where the provider refuses the charge, a `give-up` is appended. Once that is folded the charge is voided, and once it
 * is voided the units are given back; never earlier.
 */
import {
  chargeKey,
  type ChargeResult,
  type PaymentError,
  PaymentProvider
} from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Propagation from "@flash-sale/infra/observability/tracing/Propagation"
import { Spans } from "@flash-sale/infra/observability/tracing/Spans"
import { Effect, Metric, Schedule } from "effect"
import type { ChargeRef, OpenOrder } from "../order/OpenOrder.ts"
import * as OrderSpans from "../order/OrderSpans.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as ChargeToken from "./ChargeToken.ts"

/** How often a charge without an answer is asked for again before it is given up. */
export const PAYMENT_RETRIES = 2
/** A charge that is still not voided is logged at the first failure, and after so many more. */
const REPORT_EVERY = 20

const askAgain = Schedule.jittered(Schedule.exponential("200 millis"))

export interface Charges {
  /** Asks once. */
  readonly charge: (order: OpenOrder) => Effect.Effect<ChargeResult, PaymentError>
  /**
   * What to do after a failure: asks again, some times. Undefined where the charge is refused or given up: the log says
   * so then.
   */
  readonly insist: (order: OpenOrder, failure: PaymentError) => Effect.Effect<ChargeResult | undefined>
  /** Asks once. Returns when the charge is voided. */
  readonly voidCharge: (order: ChargeRef) => Effect.Effect<void, PaymentError>
  /** Logs that a charge is not voided yet, now and then: `before` is how often it has failed before. */
  readonly reportNotVoided: (order: ChargeRef, failure: PaymentError, before: number) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "append">
): Effect.fn.Return<Charges, never, PaymentProvider | ProcessorState> {
  const provider = yield* PaymentProvider
  const tokenOf = yield* ChargeToken.make
  const recorder = yield* Spans

  const keyOf = ({ attempt, itemId, requestId }: ChargeRef): string => chargeKey(itemId, requestId, attempt)

  const traced = <A>(
    order: ChargeRef,
    name: string,
    effect: Effect.Effect<A, PaymentError>
  ): Effect.Effect<A, PaymentError> => OrderSpans.traced(recorder, name, order)(effect)

  const charge = (order: OpenOrder) => {
    const { amount, attempt, currency, itemId, price, requestId, userId } = order
    const key = keyOf(order)
    return traced(
      order,
      "payment charge",
      Effect.flatMap(
        tokenOf(order),
        (paymentToken) =>
          provider.charge({ key, itemId, requestId, userId, attempt, amount, price, currency, paymentToken })
      )
    )
  }

  const annotationsOf = ({ correlationId, itemId, requestId, traceparent }: ChargeRef) => ({
    correlation_id: correlationId,
    request_id: requestId,
    item_id: itemId,
    ...Propagation.traceAnnotation(traceparent)
  })

  const giveUp = Effect.fnUntraced(function*(order: OpenOrder, { _tag, detail }: PaymentError) {
    const isRefused = _tag === "ChargeRejected"
    yield* Metric.update(Metrics.paymentsTotal(isRefused ? "refused" : "unknown"), 1)
    const what = isRefused ? "Payment was refused" : "Payment gave no answer"
    yield* Log.warn(`${what}: ${detail}; it will be voided`, { event: "payment_given_up", ...annotationsOf(order) })
    const { attempt, itemId, requestId } = order
    const record = LogRecord.encode(itemId, Command.GiveUp({ requestId, attempt }))
    yield* run.append(LogRecord.concerning(record, requestId, order))
  })

  return {
    charge,
    insist: (order, failure) => {
      let asked = 0
      // The first answer is there already.
      return Effect.suspend(() => asked++ === 0 ? Effect.fail(failure) : charge(order)).pipe(
        Effect.retry({ schedule: askAgain, times: PAYMENT_RETRIES, while: ({ _tag }) => _tag === "PaymentUnknown" }),
        Effect.catch((last) => Effect.as(giveUp(order, last), undefined))
      )
    },
    voidCharge: (order) => traced(order, "payment void", Effect.suspend(() => provider.void(keyOf(order)))),
    reportNotVoided: (order, { detail }, before) =>
      before % REPORT_EVERY > 0
        ? Effect.void
        : Log.warn(`A charge is not voided yet: ${detail}`, { event: "payment_not_voided", ...annotationsOf(order) })
  }
})
