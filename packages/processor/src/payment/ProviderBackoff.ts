/**
 * Leaves a provider alone that is busy and says for how long: all charges wait meanwhile, and none is given up for it
 * (docs/decisions/0010-rejected-charges-are-not-timeouts.md).
 */
import type { PaymentError, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect, Schedule } from "effect"

/** The longest that a provider is left alone, in milliseconds. */
const MAX_REST_MILLIS = 60_000
/** How often it is left alone for one charge, before its outcome is unknown. */
const MAX_RESTS = 20
/** After a rest not all charges come at the same moment. */
const afterRest = Schedule.jittered(Schedule.spaced("500 millis"))

export interface ProviderBackoff {
  readonly isResting: () => boolean
  /** Asks after the rest that there is, and again after each further one. */
  readonly around: <A, E extends PaymentError>(ask: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** The same for a charge that was asked for before, with this failure. */
  readonly after: <A>(failure: PaymentError, ask: Effect.Effect<A, PaymentError>) => Effect.Effect<A, PaymentError>
}

export const make: Effect.Effect<ProviderBackoff> = Effect.map(Monotonic.reader, (monotonic) => {
  let until = Number.NEGATIVE_INFINITY

  const isResting = () => monotonic() < until

  const rest = Effect.suspend(() => {
    const left = until - monotonic()
    return left > 0 ? Effect.sleep(left) : Effect.void
  })

  const note = ({ retryAfterMillis = 0 }: PaymentUnknown) =>
    Effect.sync(() => {
      until = Math.max(until, monotonic() + Math.min(retryAfterMillis, MAX_REST_MILLIS))
    })

  const repeated = <A, E extends PaymentError>(ask: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    ask.pipe(
      Effect.tapError((error: PaymentError) => error._tag === "PaymentUnknown" ? note(error) : Effect.void),
      Effect.retry({ schedule: afterRest, times: MAX_RESTS, while: isBusy })
    )

  const around: ProviderBackoff["around"] = (ask) => repeated(Effect.andThen(rest, ask))

  return {
    isResting,
    around,
    after: (failure, ask) => {
      let isFirst = true
      return repeated(Effect.suspend(() => {
        if (!isFirst) return Effect.andThen(rest, ask)
        isFirst = false
        return Effect.fail(failure)
      }))
    }
  }
})

const isBusy = (error: PaymentError): boolean => error._tag === "PaymentUnknown" && error.retryAfterMillis !== undefined
