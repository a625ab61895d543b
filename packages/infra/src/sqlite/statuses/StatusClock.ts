/**
 * The time by which claims and statuses in the embedded file expire: the wall clock as it was at the start, carried on
 * by one that does not step. Decision 0028.
 */
import { Clock, Effect } from "effect"
import * as Monotonic from "../../time/Monotonic.ts"

/** Longer than any claim is made for, in milliseconds. */
const LONGEST_LEASE_MILLIS = 60_000

export interface StatusClock {
  /** Milliseconds since 1970 (UTC), whole. */
  readonly now: () => number
  /**
   * A claim that ends later was made by an earlier process, and the wall clock has gone back since: it is over. Without
   * a bound while this process is so young that such a claim may still hold.
   */
  readonly lastLease: () => number
}

export const make: Effect.Effect<StatusClock> = Effect.gen(function*() {
  const monotonic = yield* Monotonic.reader
  const begunAt = yield* Clock.currentTimeMillis
  const begun = monotonic()
  const now = (): number => Math.floor(begunAt + monotonic() - begun)
  return {
    now,
    lastLease: () => {
      const age = monotonic() - begun
      return age < LONGEST_LEASE_MILLIS ? Number.MAX_SAFE_INTEGER : now() + LONGEST_LEASE_MILLIS
    }
  }
})
