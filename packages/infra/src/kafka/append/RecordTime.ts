/**
 * The times that records are given. A broker refuses records that are an hour ahead of its own clock
 * (`message.timestamp.after.max.ms`), so a wall clock that was set forward would stop all appends: from then on their
 * times go on from the last one that was taken. Decision 0028.
 */
import { Clock, Effect } from "effect"
import * as Monotonic from "../../time/Monotonic.ts"

export interface RecordTime {
  /** The time of records that are sent now, in whole milliseconds since 1970 (UTC). */
  readonly now: () => number
  /** Records of this time were taken. */
  readonly taken: (time: number) => void
  /** Records of this time were refused, as it is ahead. Whether there is another time for them. */
  readonly refused: (time: number) => boolean
}

export const make: Effect.Effect<RecordTime> = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const monotonic = Monotonic.of(clock)
  /** The last time that was taken, and when that was. */
  let last: { readonly time: number; readonly at: number } | undefined
  let isAhead = false

  const now = (): number => {
    const wall = Math.floor(clock.currentTimeMillisUnsafe())
    if (!isAhead || last === undefined) return wall
    const steady = Math.floor(last.time + monotonic() - last.at)
    isAhead = steady < wall
    return Math.min(wall, steady)
  }
  return {
    now,
    taken: (time) => {
      last = { time, at: monotonic() }
    },
    refused: (time) => {
      isAhead = last !== undefined
      return now() < time
    }
  }
})
