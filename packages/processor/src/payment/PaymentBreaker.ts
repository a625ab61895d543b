/**
 * The payment provider as the processor asks it: no question takes longer than its bound, and while the provider refuses
 * us as such, charges are held back.
 *
 * **Details**: a wrong key or address is no fault of the orders, so no order fails for it. Charges wait then, one of them
 * is tried now and then, and all go on once it is taken. The same where it finds fault with one charge after the other
 * and takes none: thousands of orders are hardly all wrong. A single charge that is refused is for a person to look at.
 * A provider that is busy and says for how long is left alone by everybody for so long.
 */
import {
  type Charge,
  type ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Clock, Data, Duration, Effect, Layer, Metric, type Pull, Schedule, Semaphore } from "effect"
import { ProcessorState } from "../run/ProcessorState.ts"

/** How long one question to the provider may take before its answer counts as unknown. */
export const PAYMENT_TIMEOUT = Duration.seconds(10)
/** Charges refused one after the other from which on it is not the charges that are wrong. */
export const REFUSED_IN_A_ROW = 10

/** The longest that a provider is left alone that asks for it, in milliseconds; and how often in one round of asking. */
const MAX_REST_MILLIS = 60_000
const MAX_RESTS = 20
/** After a rest not everybody comes at the same moment. */
const afterRest = Schedule.jittered(Schedule.spaced("500 millis"))

/** Between two tries while charges are held back. */
const untilTaken = Schedule.jittered(Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("15 seconds")]))

/** To be asked once more, when the provider takes charges again. */
class HeldBack extends Data.TaggedError("HeldBack") {}

const isBusy = (error: PaymentError): boolean => error._tag === "PaymentUnknown" && error.retryAfterMillis !== undefined

type Provider = PaymentProvider["Service"]

/** Charges that are held back, and what waits between two tries. */
interface Holding {
  readonly pause: (input: void) => Pull.Pull<unknown, never, unknown>
}

const make = Effect.fnUntraced(function*(provider: Provider, state: ProcessorState["Service"]) {
  const clock = yield* Clock.Clock
  const oneAtATime = yield* Semaphore.make(1)
  let holding: Holding | undefined
  let refusedInARow = 0
  let restsUntil = 0

  const hold = Effect.fnUntraced(function*(why: string) {
    if (holding !== undefined) return
    holding = { pause: yield* Schedule.toStepWithSleep(untilTaken) }
    yield* Metric.update(Metrics.paymentsHeldBack, 1)
    yield* state.holdPayments(why)
  })

  const letGo = Effect.suspend(() => {
    refusedInARow = 0
    if (holding === undefined) return Effect.void
    holding = undefined
    return Effect.andThen(Metric.update(Metrics.paymentsHeldBack, 0), state.holdPayments(undefined))
  })

  const judge = (refused: ChargeRejected): Effect.Effect<never, ChargeRejected | HeldBack> => {
    if (refused.concerns === "charge" && holding === undefined && ++refusedInARow < REFUSED_IN_A_ROW) {
      return Effect.fail(refused)
    }
    return Effect.andThen(hold(refused.detail), Effect.fail(new HeldBack()))
  }

  const bounded = <A, E>(key: string, ask: Effect.Effect<A, E>): Effect.Effect<A, E | PaymentUnknown> =>
    Effect.timeoutOrElse(ask, {
      duration: PAYMENT_TIMEOUT,
      orElse: () => Effect.fail(new PaymentUnknown({ key, detail: "no answer in time" }))
    })

  const rest = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => now < restsUntil ? Effect.sleep(restsUntil - now) : Effect.void
  )

  const noteRest = ({ retryAfterMillis = 0 }: PaymentUnknown) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      restsUntil = Math.max(restsUntil, now + Math.min(retryAfterMillis, MAX_REST_MILLIS))
    })

  /** Asks, however often it takes; after `failure`, where the first answer is there already. */
  const ask = (charge: Charge, failure?: PaymentError) => {
    let known = failure
    return Effect.suspend(() => {
      const first = known
      known = undefined
      return first === undefined
        ? Effect.andThen(rest, bounded(charge.key, provider.charge(charge)))
        : Effect.fail(first)
    }).pipe(
      Effect.tapErrorTag("PaymentUnknown", noteRest),
      Effect.retry({ schedule: afterRest, times: MAX_RESTS, while: isBusy }),
      Effect.tap(letGo),
      Effect.catchTag("ChargeRejected", judge)
    )
  }

  const taken = (result: ChargeResult): Effect.Effect<ChargeResult> => {
    refusedInARow = 0
    return holding === undefined ? Effect.succeed(result) : Effect.as(letGo, result)
  }

  /** Asks until the provider has taken the charge or found it at fault. */
  const insist = (
    wanted: Charge,
    asking: Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected | HeldBack>
  ): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected> =>
    Effect.catchTag(asking, "HeldBack", () => charge(wanted))

  /** What nearly every charge is: one question, and an answer. */
  const askAtOnce = (wanted: Charge) =>
    Effect.matchEffect(bounded(wanted.key, provider.charge(wanted)), {
      onSuccess: taken,
      onFailure: (error) => insist(wanted, ask(wanted, error))
    })

  /** One after the other while they are held back: who has waited for long may find that it is over. */
  const inTurn = (charge: Charge): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected | HeldBack> =>
    oneAtATime.withPermit(Effect.suspend(() =>
      holding === undefined
        ? Effect.fail(new HeldBack())
        : Effect.andThen(Effect.ignore(holding.pause()), ask(charge))
    ))

  const charge = (wanted: Charge): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected> =>
    Effect.suspend(() => {
      if (holding !== undefined) return insist(wanted, inTurn(wanted))
      return clock.currentTimeMillisUnsafe() < restsUntil ? insist(wanted, ask(wanted)) : askAtOnce(wanted)
    })

  return PaymentProvider.of({
    charge,
    lookUp: (key) => bounded(key, provider.lookUp(key)),
    void: (key) => bounded(key, provider.void(key))
  })
})

/** Over the provider that is given. */
export const layer: Layer.Layer<PaymentProvider, never, PaymentProvider | ProcessorState> = Layer.effect(
  PaymentProvider,
  Effect.gen(function*() {
    return yield* make(yield* PaymentProvider, yield* ProcessorState)
  })
)
