/** What happens where reading keys meets a fault of the engine's own: it is a trouble like any other, and said. */
import { Effect } from "effect"

/**
 * A defect becomes a failure in words, so that whoever reads again and again goes on. Its name alone is shown: its
 * message may hold what was read.
 */
export const asTrouble = <A, R>(read: Effect.Effect<A, string, R>): Effect.Effect<A, string, R> =>
  Effect.catchDefect(read, (defect) => {
    const name = defect instanceof Error ? defect.name : typeof defect
    return Effect.fail(`reading it failed by a fault of the engine (${name})`)
  })
