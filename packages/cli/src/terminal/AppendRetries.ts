/** How a command repeats an append. */
import { Schedule } from "effect"

/** Options of `Effect.retry`. A command that repeats an append of which nothing is known needs a record that is idempotent. */
export const untilAppended = {
  schedule: Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")])),
  times: 5
}
