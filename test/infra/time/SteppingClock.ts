/** A wall clock that a test sets. The time that passes is that of the clock below it, real or a test's. */
import { Clock, Context, Effect, Layer } from "effect"

export class SteppingClock extends Context.Service<SteppingClock, {
  /** Sets the wall clock by so many milliseconds, back where they are below 0. */
  readonly step: (millis: number) => Effect.Effect<void>
}>()("test/infra/time/SteppingClock") {}

const NANOS_PER_MILLI = 1_000_000n

/** A clock that steps over this one, and what steps it. */
export const over = (clock: Clock.Clock): Context.Context<SteppingClock> => {
  let offset = 0
  const millis = () => clock.currentTimeMillisUnsafe() + offset
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(offset) * NANOS_PER_MILLI
  // A clock's methods may belong to its prototype, and a test's clock has more than a clock.
  const stepping: Clock.Clock = Object.assign(Object.create(clock), {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos)
  })
  const step = (by: number) =>
    Effect.sync(() => {
      offset += by
    })
  return Context.make(Clock.Clock, stepping).pipe(Context.add(SteppingClock, { step }))
}

/** Steps the clock of all that is built over it, and of the test that uses it. */
export const layer: Layer.Layer<SteppingClock> = Layer.effectContext(Effect.map(Clock.Clock, over))

export const step = (millis: number): Effect.Effect<void, never, SteppingClock> =>
  Effect.flatMap(SteppingClock, (clock) => clock.step(millis))

const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** As clocks step: a machine that goes on, a time zone that was taken for UTC, and back again. */
export const STEPS = { "40 s back": -40 * SECOND, "6 h back": -6 * HOUR, "12 h forward": 12 * HOUR } as const
