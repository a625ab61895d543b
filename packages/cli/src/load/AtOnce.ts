/** Many effects, so many of them at once. */
import { Effect } from "effect"

/**
 * Begins the effects in their order, at most `most` at once.
 *
 * **Gotchas**: `Effect.forEach` with such a bound, once it is interrupted, interrupts all that is left again with each
 * fiber that ends. With two thousand of them that takes minutes and all memory.
 */
export const run = <A, E, R>(
  items: ReadonlyArray<A>,
  most: number,
  effect: (item: A) => Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    let next = 0
    const worker = Effect.gen(function*() {
      while (next < items.length) yield* effect(items[next++]!)
    })
    const workers = Array.from({ length: Math.min(most, items.length) }, () => worker)
    return Effect.all(workers, { concurrency: "unbounded", discard: true })
  })
