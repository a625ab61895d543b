/** Doing something about many things in a bounded time, and saying of each how far it came. */
import { type Duration, Effect } from "effect"

/**
 * How far one of them came.
 *
 * - `Ended`: with this value.
 * - `Begun`: it was under way when the time was over, and nobody knows whether it was done.
 * - `NotBegun`: nothing was done about it.
 */
export type Standing<A> =
  | { readonly _tag: "Ended"; readonly value: A }
  | { readonly _tag: "Begun" }
  | { readonly _tag: "NotBegun" }

export interface Bounds {
  /** How many are under way at the same time. */
  readonly atOnce: number
  /** The time for all of them; without an end where it is undefined. */
  readonly within?: Duration.Input | undefined
}

/** Does it about each, in order, and tells how each stands: when all have ended, or when the time is over. */
export const each = <A, B, E, R>(
  all: ReadonlyArray<A>,
  act: (one: A) => Effect.Effect<B, E, R>,
  { atOnce, within }: Bounds
): Effect.Effect<ReadonlyArray<Standing<B>>, E, R> =>
  Effect.suspend(() => {
    const standings: Array<Standing<B>> = all.map(() => ({ _tag: "NotBegun" }))
    const actOn = (one: A, at: number) =>
      Effect.suspend(() => {
        standings[at] = { _tag: "Begun" }
        return Effect.map(act(one), (value) => {
          standings[at] = { _tag: "Ended", value }
        })
      })
    const acting = Effect.forEach(all, actOn, { concurrency: atOnce, discard: true })
    return Effect.map(within === undefined ? acting : Effect.timeoutOption(acting, within), () => standings)
  })
