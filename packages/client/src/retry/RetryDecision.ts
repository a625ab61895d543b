/** Whether, and when, a call that failed is sent again. Pure. */
import type { RetryPolicy } from "../http/ClientOptions.ts"
import type { FlashSaleError } from "../http/FlashSaleError.ts"

export type Failed = Pick<FlashSaleError, "retryable" | "status" | "retryAfterMillis">

/** The longest that calls are spread after the moment that the engine named, in milliseconds. */
const MAX_SPREAD_MILLIS = 1_000

/**
 * The pause after so many failures, in milliseconds: `base`, twice as long after each, at most `most`; of that the half
 * to the whole, by chance, so that clients that failed together do not come back together.
 */
export const backoff = (
  failures: number,
  { baseMillis, maxMillis }: Pick<RetryPolicy, "baseMillis" | "maxMillis">,
  chance: number
): number => Math.min(maxMillis, baseMillis * 2 ** Math.min(failures - 1, 30)) * (0.5 + chance / 2)

/** The moment that the engine named is waited for, and a little longer by chance. */
export const afterNamed = (millis: number, chance: number): number =>
  millis + chance * Math.min(MAX_SPREAD_MILLIS, Math.max(millis, MAX_SPREAD_MILLIS / 10))

/**
 * The pause before the call is sent again, in milliseconds; undefined where it is not.
 *
 * **Details**: a refusal (4xx) without a time to come back is for a person: units that come back after a sold out, or
 * the end of a pause, are minutes away, and nobody waits that long for an answer. `attempt` is the one that failed,
 * from 1; `elapsedMillis` are those since the first began.
 */
export const decide = (
  failed: Failed,
  attempt: number,
  elapsedMillis: number,
  policy: RetryPolicy,
  chance: number
): number | undefined => {
  const { retryable, retryAfterMillis, status } = failed
  if (!retryable || attempt >= policy.attempts) return undefined
  const isRefusal = status !== undefined && status < 500
  if (isRefusal && retryAfterMillis === undefined) return undefined
  const pause = retryAfterMillis === undefined
    ? backoff(attempt, policy, chance)
    : afterNamed(retryAfterMillis, chance)
  return elapsedMillis + pause < policy.totalMillis ? pause : undefined
}
