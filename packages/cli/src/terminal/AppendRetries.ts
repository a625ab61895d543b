/** How a command repeats an append. */
import { Schedule } from "effect"

/** Options of `Effect.retry`. An append of unknown outcome may be repeated only where its record is idempotent. */
export const untilAppended = {
  schedule: Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")])),
  times: 5
}
