/**
 * Partitions whose log is long fold it again a few at a time. Beside each other they would share what may wait in memory,
 * and fold a few records in each call; one after another they take large calls, and the first of them goes on sooner.
 */
import { Clock, Duration, Effect } from "effect"

/** Partitions of one process that may be at it at the same time: one more than one, so that the store never waits. */
const AT_ONCE = 2
/** From so many records on it takes a turn; after a mere restart there are fewer. */
const LONG = 10_000
/** How long one may make no progress before it holds nobody up any more. */
const IDLE_AFTER = Duration.seconds(2)
const LOOK_EVERY = Duration.millis(50)

export interface RecoveryLimiter {
  /** Runs `fold` when it is its turn. It calls back with each step that it makes. */
  readonly within: <A, E, R>(
    records: number,
    fold: (onStep: Effect.Effect<void>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
}

export const make = (): RecoveryLimiter => {
  const turns = new Set<{ at: number }>()

  const isFree = Effect.map(Clock.currentTimeMillis, (now) => {
    let busy = 0
    for (const { at } of turns) if (now - at < Duration.toMillis(IDLE_AFTER)) busy++
    return busy < AT_ONCE
  })

  return {
    within: (records, fold) => {
      if (records < LONG) return fold(Effect.void)
      const turn = { at: 0 }
      const step = Effect.map(Clock.currentTimeMillis, (now) => {
        turn.at = now
      })
      const wait = Effect.gen(function*() {
        while (!(yield* isFree)) yield* Effect.sleep(LOOK_EVERY)
        yield* step
        turns.add(turn)
      })
      return Effect.ensuring(
        Effect.andThen(wait, Effect.suspend(() => fold(step))),
        Effect.sync(() => turns.delete(turn))
      )
    }
  }
}
