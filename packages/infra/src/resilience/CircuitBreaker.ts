/**
 * A circuit breaker: after some failures in a row it rejects all requests, and probes by itself when to close again.
 *
 * **Details**: real requests never serve as probes. When an opening has lasted its time, or `lookEvery` has found the
 * service at work, the breaker is half-open and probes, one probe at a time, also without requests; enough successes
 * in a row close it, one failure opens it for twice as long, up to a bound. The length of openings starts anew after a
 * real request has succeeded.
 */
import { Data, Duration, Effect, Exit, Latch, type Scope } from "effect"
import * as Monotonic from "../time/Monotonic.ts"
import * as Openings from "./Openings.ts"
import { withoutStack } from "./WithoutStack.ts"

export type BreakerState = "closed" | "open" | "half_open"

/** The request was not tried. `retryAfterMillis` is the time until the next probe may close the breaker. */
export class BreakerOpen extends Data.TaggedError("BreakerOpen")<{ readonly retryAfterMillis: number }> {}

export interface BreakerSettings extends Openings.OpeningSettings {
  /** Failures in a row that open it. */
  readonly failureThreshold: number
  /** Successful probes in a row that close it. */
  readonly successThreshold: number
  /**
   * How often the probe is asked during an opening, which ends with its first success: for a service that it costs
   * nothing to ask, such as a file. Where it is absent an opening lasts its whole time.
   */
  readonly lookEvery?: Duration.Duration
}

export interface BreakerOptions<R> {
  readonly settings: BreakerSettings
  /** Whether the protected service works again. */
  readonly probe: Effect.Effect<boolean, never, R>
  /** Called for every change of the state, in order. */
  readonly onChange: (state: BreakerState) => Effect.Effect<void, never, R>
}

export interface CircuitBreaker {
  readonly state: () => BreakerState
  /** Fails unless the breaker is closed. */
  readonly check: Effect.Effect<void, BreakerOpen>
  /** The error with which `check` would fail now; undefined where it would succeed. */
  readonly refusal: () => BreakerOpen | undefined
  /** Records the result of a request that was let through. */
  readonly record: (succeeded: boolean) => Effect.Effect<void>
}

/** The wait between two probes of one half-open phase, and the least that `retryAfterMillis` says. */
const PROBE_EVERY = Duration.millis(100)

/** What the probe is asked for: whether the service works, and until when an opening lasts. */
const makeProbing = ({ lookEvery, successThreshold }: BreakerSettings, probe: Effect.Effect<boolean>) => {
  // A probe that dies by a bug has not shown that anything works.
  const isUp = Effect.map(Effect.exit(probe), (exit) => Exit.isSuccess(exit) && exit.value)
  return {
    works: Effect.gen(function*() {
      for (let successes = 0; successes < successThreshold; successes++) {
        if (successes > 0) yield* Effect.sleep(PROBE_EVERY)
        if (!(yield* isUp)) return false
      }
      return true
    }),
    /** Until the opening has lasted its time, or the service is seen at work. */
    untilOver: (lasts: Duration.Duration): Effect.Effect<void> => {
      if (lookEvery === undefined) return Effect.sleep(lasts)
      const seen = Effect.repeat(Effect.andThen(Effect.sleep(lookEvery), isUp), { until: (up): boolean => up })
      return Effect.raceFirst(Effect.sleep(lasts), Effect.asVoid(seen))
    }
  }
}

/** Closed at first. Probes for as long as the scope lives. */
export const make = Effect.fnUntraced(function*<R>(
  { onChange, probe, settings }: BreakerOptions<R>
): Effect.fn.Return<CircuitBreaker, never, R | Scope.Scope> {
  const context = yield* Effect.context<R>()
  const monotonic = yield* Monotonic.reader
  const opened = yield* Latch.make(false)
  const openings = yield* Openings.make(settings)
  const probing = makeProbing(settings, Effect.provideContext(probe, context))
  let state: BreakerState = "closed"
  let failures = 0
  let lasts = Duration.zero
  let halfOpenAt = 0

  const move = (to: BreakerState) =>
    Effect.suspend(() => {
      state = to
      return Effect.provideContext(onChange(to), context)
    })

  const open = Effect.gen(function*() {
    // At once, so that no other failure opens it a second time meanwhile.
    state = "open"
    const now = monotonic()
    failures = 0
    lasts = yield* openings.next(now)
    halfOpenAt = now + Duration.toMillis(lasts)
    yield* move("open")
    yield* opened.open
  })

  const recover = Effect.gen(function*() {
    yield* opened.await
    yield* probing.untilOver(lasts)
    yield* move("half_open")
    if (!(yield* probing.works)) return yield* open
    yield* opened.close
    yield* move("closed")
  })
  yield* Effect.forkScoped(Effect.forever(recover))
  yield* Effect.provideContext(onChange("closed"), context)

  const refusal = (): BreakerOpen | undefined =>
    state === "closed" ? undefined : withoutStack(() =>
      new BreakerOpen({
        retryAfterMillis: Math.min(
          Math.max(Duration.toMillis(PROBE_EVERY), halfOpenAt - monotonic()),
          settings.lookEvery === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(settings.lookEvery)
        )
      })
    )

  return {
    state: () => state,
    refusal,
    check: Effect.suspend(() => {
      const open = refusal()
      return open === undefined ? Effect.void : Effect.fail(open)
    }),
    record: (succeeded) =>
      Effect.suspend(() => {
        // A request that was let through before the opening says nothing about the present.
        if (state !== "closed") return Effect.void
        if (succeeded) {
          failures = 0
          openings.reset()
          return Effect.void
        }
        failures++
        return failures >= settings.failureThreshold ? open : Effect.void
      })
  }
})
