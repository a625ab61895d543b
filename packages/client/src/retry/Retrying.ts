/** Sends a call until it succeeds, or until it is decided that it will not. */
import type { Settings } from "../http/ClientOptions.ts"
import { FlashSaleError } from "../http/FlashSaleError.ts"
import type { Timing } from "../time/Timing.ts"
import { decide } from "./RetryDecision.ts"

/** What each call needs. */
export interface Context {
  readonly settings: Settings
  readonly timing: Timing
}

/**
 * What `attempt` gives: it gets its number, from 1, and how long it may take in milliseconds. Fails with its last
 * error.
 */
export const retrying = async <A>(
  { settings: { retry, timeoutMillis }, timing }: Context,
  signal: AbortSignal | undefined,
  attempt: (number: number, millis: number) => Promise<A>
): Promise<A> => {
  const started = timing.now()
  const elapsed = () => timing.now() - started
  for (let number = 1;; number++) {
    try {
      return await attempt(number, Math.max(1, Math.min(timeoutMillis, retry.totalMillis - elapsed())))
    } catch (error) {
      const pause = error instanceof FlashSaleError
        ? decide(error, number, elapsed(), retry, timing.chance())
        : undefined
      if (pause === undefined) throw error
      await timing.pause(pause, signal)
    }
  }
}
