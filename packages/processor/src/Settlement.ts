/**
 * Taking the money for held orders. What the provider says is appended to the log, and takes effect when it is folded.
 *
 * A time-out means *unknown*, never failed: the same key is asked again, and when patience is over a `give-up` is
 * appended; at once where the provider refuses the charge. Only when that is folded is the charge voided, and only when it is voided are the units given back.
 */
import { Command, MAX_SETTLEMENTS, type PaymentOutcome, type Settlement } from "@flash-sale/domain/Command"
import type { ItemId } from "@flash-sale/domain/Ids"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { chargeKey, type PaymentError, PaymentProvider } from "@flash-sale/domain/PaymentProvider"
import * as BatchLine from "@flash-sale/infra/actor/BatchLine"
import * as Attributes from "@flash-sale/infra/observability/Attributes"
import * as Metrics from "@flash-sale/infra/observability/Metrics"
import * as Propagation from "@flash-sale/infra/observability/Propagation"
import { Effect, Exit, Metric, Schedule, type Scope } from "effect"
import type { InFlight } from "./InFlight.ts"
import type { OpenOrder } from "./OpenOrder.ts"
import type { Run } from "./Worker.ts"

/** Payments under way in one process; further ones wait. */
export const MAX_PAYMENTS_IN_FLIGHT = 1_000
/** How often a charge without an answer is asked for again before it is given up. */
export const PAYMENT_RETRIES = 2
/** Settlements of one item that may wait to be appended: every order that can be in flight. */
const MAX_SETTLEMENTS_WAITING = 2 * MAX_PAYMENTS_IN_FLIGHT

const askAgain = Schedule.jittered(Schedule.exponential("200 millis"))

/** How often a charge that is still not voided is told of: at the first failure, and after so many more. */
const TELL_OF_EVERY = 20

/** A void always ends, so it is asked for until it does. */
const untilVoided = Schedule.jittered(Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("10 seconds")]))

/** The payments of one item. Neither effect fails, and neither returns before its outcome is in the log. */
export interface Settlements {
  /** The caller has a place for it. */
  readonly pay: (order: OpenOrder) => Effect.Effect<void>
  readonly voidCharge: (order: OpenOrder) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function*(
  itemId: ItemId,
  run: Run,
  inFlight: InFlight
): Effect.fn.Return<Settlements, never, PaymentProvider | Scope.Scope> {
  const provider = yield* PaymentProvider
  const line = yield* BatchLine.make<Settlement, void, never>({
    name: `settlements of ${itemId}`,
    capacity: MAX_SETTLEMENTS_WAITING,
    batchSize: MAX_SETTLEMENTS,
    handle: (settlements) =>
      Effect.as(
        run.append(LogRecord.encode(itemId, Command.Settle({ settlements }))),
        settlements.map(() => Exit.void)
      )
  })

  const settle = (order: OpenOrder, outcome: PaymentOutcome): Effect.Effect<void> =>
    line.ask({ requestId: order.command.order.requestId, attempt: order.command.attempt, outcome }).pipe(
      // The line holds more than can be in flight; should it be full all the same, wait until it is not.
      Effect.retry({ schedule: Schedule.spaced("50 millis") }),
      Effect.orDie
    )

  const keyOf = ({ command }: OpenOrder): string => chargeKey(itemId, command.order.requestId, command.attempt)

  const charge = (order: OpenOrder) => {
    const { amount, paymentToken, requestId, userId } = order.command.order
    const { attempt } = order.command
    const { currency, price } = order
    const key = keyOf(order)
    return provider.charge({ key, itemId, requestId, userId, attempt, amount, price, currency, paymentToken }).pipe(
      Effect.retry({ schedule: askAgain, times: PAYMENT_RETRIES, while: ({ _tag }) => _tag === "PaymentUnknown" })
    )
  }

  const giveUp = (order: OpenOrder, { _tag, detail }: PaymentError): Effect.Effect<void> =>
    Effect.gen(function*() {
      const isRefused = _tag === "PaymentRefused"
      yield* Metric.update(Metrics.paymentsTotal(isRefused ? "refused" : "unknown"), 1)
      const what = isRefused ? "Payment was refused" : "Payment gave no answer"
      yield* Effect.logWarning(`${what}: ${detail}; it will be voided`).pipe(
        Attributes.annotate({ event: "payment_given_up" })
      )
      const { attempt, order: { requestId } } = order.command
      yield* run.append(LogRecord.encode(itemId, Command.GiveUp({ requestId, attempt })))
    })

  const tellOfFailures = (order: OpenOrder) => {
    let failures = 0
    return ({ detail }: PaymentError) =>
      failures++ % TELL_OF_EVERY > 0 ? Effect.void : Effect.logWarning(`A charge is not voided yet: ${detail}`).pipe(
        Attributes.annotate({
          event: "payment_not_voided",
          correlation_id: order.command.correlationId,
          request_id: order.command.order.requestId,
          item_id: itemId
        })
      )
  }

  const told = (order: OpenOrder, name: string) => <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    effect.pipe(
      Propagation.withParent(name, order.command.traceparent),
      Effect.annotateLogs({ correlation_id: order.command.correlationId, item_id: itemId }),
      trackInFlight
    )

  return {
    pay: (order) =>
      charge(order).pipe(
        Effect.matchEffect({
          onSuccess: (outcome) =>
            Effect.andThen(Metric.update(Metrics.paymentsTotal(outcome), 1), settle(order, outcome)),
          onFailure: (error) => giveUp(order, error)
        }),
        told(order, "processor.payment")
      ),
    voidCharge: (order) =>
      // While it waits it takes nobody's place: a provider that refuses voids must not stop payments.
      Effect.suspend(() => provider.void(keyOf(order))).pipe(
        told(order, "processor.void"),
        inFlight.within,
        Effect.tapError(tellOfFailures(order)),
        Effect.retry({ schedule: untilVoided }),
        Effect.orDie,
        Effect.andThen(Metric.update(Metrics.paymentsTotal("voided"), 1)),
        Effect.andThen(settle(order, "voided"))
      )
  }
})

const trackInFlight = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Metric.modify(Metrics.paymentsInFlight, 1),
    () => effect,
    () => Metric.modify(Metrics.paymentsInFlight, -1)
  )
