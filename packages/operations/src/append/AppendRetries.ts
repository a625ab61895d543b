/** How a command repeats an append. */
import type { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Schedule } from "effect"

/** Options of `Effect.retry`. An append of unknown outcome may be repeated only where its record is idempotent. */
export const untilAppended = {
  schedule: Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")])),
  times: 5
}

/**
 * Repeats the append of an idempotent record. Where it fails in the end, and the outcome of one try is unknown, that is
 * unknown: a later try that was refused says nothing of the earlier one.
 */
export const ofIdempotent = <A, R>(append: Effect.Effect<A, AppendRefused | AppendUnknown, R>) =>
  Effect.suspend(() => {
    let unknown: AppendUnknown | undefined
    return append.pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "AppendUnknown") unknown = error
        })
      ),
      Effect.retry(untilAppended),
      Effect.mapError((error) => unknown ?? error)
    )
  })
