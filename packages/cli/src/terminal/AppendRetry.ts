/** How a command repeats an append that failed. */
import { Schedule } from "effect"

/** How often an append is repeated, at most. */
export const APPEND_RETRIES = 5
/** The waits in between: from one tenth of a second up to one second, jittered. */
export const appendRetry = Schedule.jittered(
  Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")])
)
