/**
 * The payment provider as the processor asks it: no request takes longer than its bound, and while the provider refuses
 * us as such, charges are held back (docs/decisions/0010-rejected-charges-are-not-timeouts.md).
 *
 * **Details**: a wrong key or address is no fault of the orders, so no order fails for it. Charges wait then, one of
 * them is tried now and then, and all go on once one is taken. The same where the provider rejects one charge after the
 * other and takes none: thousands of orders are hardly all wrong. A single charge that is rejected is for a person to
 * look at. What waits here are the charges that have a slot (`MAX_PAYMENTS_IN_FLIGHT`), a fiber each, and no others.
 */
import {
  type Charge,
  type ChargeRejected,
  type ChargeResult,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import { Data, Duration, Effect, Layer, type Pull, Schedule, Semaphore } from "effect"
import { ProcessorState } from "../run/ProcessorState.ts"
import * as ProviderBackoff from "./ProviderBackoff.ts"

/** How long one request to the provider may take before its answer counts as unknown. */
export const PAYMENT_TIMEOUT = Duration.seconds(10)
/** Charges rejected one after the other from which on it is not the charges that are wrong. */
export const REFUSED_IN_A_ROW = 10

/** Between two attempts while charges are held back. */
const untilTaken = Schedule.jittered(Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("15 seconds")]))

/** To be asked once more, when the provider takes charges again. */
class HeldBack extends Data.TaggedError("HeldBack") {}

type Provider = PaymentProvider["Service"]

/** Charges that are held back, and what waits between two attempts. */
interface Holding {
  readonly pause: (input: void) => Pull.Pull<unknown, never, unknown>
}

/** Whether charges are held back now. */
interface Breaker {
  readonly holding: () => Holding | undefined
  /** A charge was taken: all go on. */
  readonly close: Effect.Effect<void>
  /** A charge was rejected: fails with that, or with `HeldBack` where it is not the charge that is wrong. */
  readonly judge: (rejected: ChargeRejected) => Effect.Effect<never, ChargeRejected | HeldBack>
}

const makeBreaker = (state: ProcessorState["Service"]): Breaker => {
  let holding: Holding | undefined
  let refusedInARow = 0

  const open = Effect.fnUntraced(function*(why: string) {
    if (holding !== undefined) return
    holding = { pause: yield* Schedule.toStepWithSleep(untilTaken) }
    yield* state.holdPayments("provider", why)
  })

  const close = Effect.suspend(() => {
    refusedInARow = 0
    if (holding === undefined) return Effect.void
    holding = undefined
    return state.holdPayments("provider", undefined)
  })

  return {
    holding: () => holding,
    close,
    judge: (rejected) => {
      if (rejected.concerns === "charge" && holding === undefined && ++refusedInARow < REFUSED_IN_A_ROW) {
        return Effect.fail(rejected)
      }
      return Effect.andThen(open(rejected.detail), Effect.fail(new HeldBack()))
    }
  }
}

const make = Effect.fnUntraced(function*(provider: Provider, state: ProcessorState["Service"]) {
  const oneAtATime = yield* Semaphore.make(1)
  const rest = yield* ProviderBackoff.make
  const breaker = makeBreaker(state)

  const ask = (wanted: Charge): Effect.Effect<ChargeResult, PaymentError> =>
    bounded(wanted.key, provider.charge(wanted))

  /** What the answer says of the provider. */
  const judged = (asked: Effect.Effect<ChargeResult, PaymentError>) =>
    asked.pipe(Effect.tap(breaker.close), Effect.catchTag("ChargeRejected", breaker.judge))

  /** Asks until the provider has taken the charge, or found it at fault. */
  const insist = (
    wanted: Charge,
    asking: Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected | HeldBack>
  ): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected> =>
    Effect.catchTag(asking, "HeldBack", () => charge(wanted))

  /** What nearly every charge is: one request, and an answer. */
  const askAtOnce = (wanted: Charge) =>
    Effect.matchEffect(ask(wanted), {
      onSuccess: (result) => Effect.as(breaker.close, result),
      onFailure: (error) => insist(wanted, judged(rest.after(error, ask(wanted))))
    })

  /** One after the other while they are held back: after a long wait a charge may find that it is over. */
  const oneByOne = (wanted: Charge): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected | HeldBack> =>
    oneAtATime.withPermit(Effect.suspend(() => {
      const holding = breaker.holding()
      return holding === undefined
        ? Effect.fail(new HeldBack())
        : Effect.andThen(Effect.ignore(holding.pause()), judged(rest.around(ask(wanted))))
    }))

  const charge = (wanted: Charge): Effect.Effect<ChargeResult, PaymentUnknown | ChargeRejected> =>
    Effect.suspend(() => {
      if (breaker.holding() !== undefined) return insist(wanted, oneByOne(wanted))
      return rest.isResting() ? insist(wanted, judged(rest.around(ask(wanted)))) : askAtOnce(wanted)
    })

  return PaymentProvider.of({
    charge,
    lookUp: (key) => bounded(key, provider.lookUp(key)),
    void: (key) => bounded(key, provider.void(key))
  })
})

const bounded = <A, E>(key: string, ask: Effect.Effect<A, E>): Effect.Effect<A, E | PaymentUnknown> =>
  Effect.timeoutOrElse(ask, {
    duration: PAYMENT_TIMEOUT,
    orElse: () => Effect.fail(withoutStack(() => new PaymentUnknown({ key, detail: "no answer in time" })))
  })

/** Over the provider that is given. */
export const layer: Layer.Layer<PaymentProvider, never, PaymentProvider | ProcessorState> = Layer.effect(
  PaymentProvider,
  Effect.gen(function*() {
    return yield* make(yield* PaymentProvider, yield* ProcessorState)
  })
)
