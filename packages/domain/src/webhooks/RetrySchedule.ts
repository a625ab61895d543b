/** When a delivery that failed is tried again. Pure. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The waits after the first failure, the second and so on, in milliseconds. After one more failure it is dead. */
export const WAITS: ReadonlyArray<number> = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR
]

/** A wait is longer by up to this part of itself, so that what failed together does not come back together. */
export const JITTER = 0.1
/** The longest wait that the answer of an endpoint may ask for, in milliseconds. */
export const MAX_RETRY_AFTER = 24 * HOUR

/**
 * How long to wait after so many failed attempts, in milliseconds; undefined where it is dead. `chance` is in [0, 1).
 * `retryAfter`, in milliseconds, is what the answer asked for: it lengthens a wait and never shortens it.
 */
export const waitAfter = (attempts: number, chance: number, retryAfter = 0): number | undefined => {
  const wait = WAITS[attempts - 1]
  return wait === undefined
    ? undefined
    : Math.round(Math.max(wait, Math.min(retryAfter, MAX_RETRY_AFTER)) * (1 + chance * JITTER))
}
