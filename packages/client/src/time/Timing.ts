/** Time and chance as the client uses them, in one place, so that a test can give its own. */
import { chance } from "./Chance.ts"
import { pause } from "./Deadline.ts"

export interface Timing {
  /** Milliseconds of a clock that nobody sets: for differences only. */
  readonly now: () => number
  readonly pause: (millis: number, signal: AbortSignal | undefined) => Promise<void>
  /** From 0 up to, and without, 1. */
  readonly chance: () => number
}

export const timing: Timing = { now: () => performance.now(), pause, chance }
