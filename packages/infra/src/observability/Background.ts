/** Bugs in loops that nobody waits for. */
import { Cause, Data, type Duration, Effect, Schedule } from "effect"
import * as Log from "./logs/Log.ts"

/** A run of a loop has ended by a bug, which has been logged. */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly what: string }> {}

/**
 * Logs a bug in one run of a loop and makes it a failure like any other, so that the loop's own schedule goes on:
 * nothing observes a loop, so a bug that ended it would show only by what it no longer does. `what` names the loop in
 * the log.
 */
export const outlivingBugs =
  (what: string) => <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E | RunFailed, R> =>
    Effect.catchDefect(run, (defect) =>
      Effect.andThen(
        Log.error(`A background task failed by a bug: ${what}`, { event: "internal_error" }, Cause.die(defect)),
        new RunFailed({ what })
      ))

/** A loop: runs again so long after each end, also where a run has failed or ended by a bug. */
export const repeated =
  (what: string, every: Duration.Input) => <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<number, never, R> =>
    Effect.repeat(Effect.ignore(outlivingBugs(what)(run)), Schedule.spaced(every))
