/** How long the openings of a circuit breaker last. */
import { type Duration, Effect, Schedule } from "effect"

export interface OpeningSettings {
  /** How long the first opening lasts; each further one lasts twice as long, up to `maxTimeout`. */
  readonly baseTimeout: Duration.Duration
  readonly maxTimeout: Duration.Duration
}

/** How long openings in a row last: each twice as long as the one before, up to the bound. */
export const make = Effect.fnUntraced(function*({ baseTimeout, maxTimeout }: OpeningSettings) {
  const beginAnew = Schedule.toStep(Schedule.min([Schedule.exponential(baseTimeout), Schedule.spaced(maxTimeout)]))
  let step = yield* beginAnew
  let hasOpened = false
  return {
    /** How long the opening lasts that begins now. */
    next: Effect.fnUntraced(function*(now: number) {
      if (!hasOpened) step = yield* beginAnew
      hasOpened = true
      // The schedule has no end.
      return (yield* Effect.orDie(step(now, undefined)))[1]
    }),
    /** The next opening lasts as long as the first. */
    reset: (): void => {
      hasOpened = false
    }
  }
})
