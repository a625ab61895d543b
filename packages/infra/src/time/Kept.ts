/** Keeps an answer for a while. `Effect.cachedWithTTL` goes by the wall clock: a step back would keep it for hours. */
import { Duration, Effect, Exit } from "effect"
import * as Monotonic from "./Monotonic.ts"

/**
 * The question, asked anew where its last answer has been there for longer. Those who ask meanwhile share the answer; a
 * failure is kept as well, and an interruption is not.
 */
export const make = <A, E, R>(
  question: Effect.Effect<A, E, R>,
  forAtMost: Duration.Input
): Effect.Effect<Effect.Effect<A, E, R>> =>
  Effect.gen(function*() {
    const now = yield* Monotonic.reader
    const keptMillis = Duration.toMillis(forAtMost)
    /** Without an end while the question is under way. */
    let until = Number.POSITIVE_INFINITY
    const [ask, forget] = yield* Effect.cachedInvalidateWithTTL(
      Effect.onExit(question, (exit) =>
        Effect.sync(() => {
          until = Exit.hasInterrupts(exit) ? Number.NEGATIVE_INFINITY : now() + keptMillis
        })),
      Duration.infinity
    )
    return Effect.suspend(() => {
      if (now() < until) return ask
      until = Number.POSITIVE_INFINITY
      return Effect.andThen(forget, ask)
    })
  })
