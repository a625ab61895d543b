/**
 * A clock that nobody sets: for every difference between two moments. The wall clock steps, by NTP, by hand, or where a
 * virtual machine goes on. Why, and what stays on the wall clock: docs/decisions/0028-monotonic-differences.md.
 */
import { Clock, Effect } from "effect"

const NANOS_PER_MILLI = 1e6

/** Reads this clock, in milliseconds with fractions. Only differences mean anything, of readings of one process. */
export const of = (clock: Clock.Clock) => (): number => Number(clock.monotonicTimeNanosUnsafe()) / NANOS_PER_MILLI

/** The reader of the clock that there is: for what is measured without a fiber, and for hot code. */
export const reader: Effect.Effect<() => number> = Effect.map(Clock.Clock, of)

/** One reading, in milliseconds. */
export const now: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(of(clock)))
