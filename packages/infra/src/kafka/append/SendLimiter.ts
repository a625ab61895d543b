/**
 * Who may send now: only so many partitions send at once, and meanwhile the records of the others gather. A send costs the
 * same whether it carries two records or two hundred, here and at the broker, so twelve partitions that all send what has
 * just come do six times the work of two that take turns.
 *
 * **Details**: first come, first served, and at once where there is a place. A send that takes longer than its turn goes
 * on, but no longer counts: a broker that is slow or frozen holds up its own partitions, and no other for longer than that.
 */
import { Clock, Duration, Effect } from "effect"

/** Runs a step in its turn; waits for one. */
export type SendLimiter = <A, E, R>(step: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A step under way, which counts until its turn is over. */
interface Holder {
  readonly since: number
}

/** At most `places` steps count at once, each for at most `turn`. For fibers that nothing interrupts. */
export const make = Effect.fnUntraced(function*(
  places: number,
  turn: Duration.Input
): Effect.fn.Return<SendLimiter> {
  const clock = yield* Clock.Clock
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const turnMillis = Duration.toMillis(turn)
  /** The oldest stands first. */
  const holders: Array<Holder> = []
  const line: Array<(holder: Holder) => void> = []
  let isWatched = false

  const begin = (): Holder => {
    const holder = { since: clock.currentTimeMillisUnsafe() }
    holders.push(holder)
    return holder
  }
  const end = (holder: Holder): void => {
    const place = holders.indexOf(holder)
    // Its turn was over before.
    if (place < 0) return
    holders.splice(place, 1)
    line.shift()?.(begin())
  }

  /** While somebody waits, turns end in time. */
  const watch = Effect.gen(function*() {
    while (line.length > 0) {
      const [oldest] = holders
      const left = oldest === undefined ? 0 : oldest.since + turnMillis - clock.currentTimeMillisUnsafe()
      if (left > 0) yield* Effect.sleep(left)
      else if (oldest !== undefined) end(oldest)
    }
    isWatched = false
  })

  const enter = Effect.callback<Holder>((resume) => {
    if (holders.length < places) return resume(Effect.succeed(begin()))
    line.push((holder) => resume(Effect.succeed(holder)))
    if (isWatched) return
    isWatched = true
    run(watch)
  })

  return (step) => Effect.flatMap(enter, (holder) => Effect.ensuring(step, Effect.sync(() => end(holder))))
})
