/**
 * Effects that may all take equally long. One fiber watches over however many are under way; with a timeout of its own
 * each would have two fibers and a timer, which costs more than most of what is waited for.
 */
import { type Context, Effect, type Exit, Fiber } from "effect"
import * as Monotonic from "../time/Monotonic.ts"

export interface TimeLimit {
  /**
   * Runs the effect. Where it takes too long it is interrupted, which is not waited for, and `late` goes on. Who is
   * interrupted waits until the effect has ended, as ever.
   *
   * **Gotchas**: the effect may be interrupted also where its caller may not be, or it could not be ended in time.
   * Then the time limit alone interrupts it.
   */
  readonly within: <A, E, R, A2, E2, R2>(
    effect: Effect.Effect<A, E, R>,
    late: Effect.Effect<A2, E2, R2>
  ) => Effect.Effect<A | A2, E | E2, R | R2>
}

/** What is under way. */
interface Running {
  /** When it is late, as `Monotonic.now` gives it. */
  readonly due: number
  readonly end: () => void
}

/** Each effect may take so many milliseconds. */
export const make = (millis: number): Effect.Effect<TimeLimit> =>
  Effect.gen(function*() {
    const monotonic = yield* Monotonic.reader
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    /** In the order in which they begin, which is that in which they are late. */
    const running = new Set<Running>()
    let isWatched = false

    /** Sleeps until the oldest is late, which mostly has ended by then, and ends when nothing is under way. */
    const watch = Effect.gen(function*() {
      while (running.size > 0) {
        const [oldest] = running
        const left = oldest!.due - monotonic()
        if (left > 0) yield* Effect.sleep(left)
        else if (running.delete(oldest!)) oldest!.end()
      }
      isWatched = false
    })

    const begin = (end: () => void): Running => {
      const one: Running = { due: monotonic() + millis, end }
      running.add(one)
      if (!isWatched) {
        isWatched = true
        fork(watch)
      }
      return one
    }

    return {
      within: <A, E, R, A2, E2, R2>(effect: Effect.Effect<A, E, R>, late: Effect.Effect<A2, E2, R2>) =>
        Effect.contextWith((context: Context.Context<R | R2>) =>
          Effect.callback<A | A2, E | E2, R | R2>((resume) => {
            const fiber = Effect.runForkWith(context)(effect)
            const ended: Exit.Exit<A, E> | undefined = fiber.pollUnsafe()
            if (ended !== undefined) return resume(ended)
            const one = begin(() => {
              fiber.interruptUnsafe()
              resume(late)
            })
            fiber.addObserver((exit) => {
              if (running.delete(one)) resume(exit)
            })
            return Effect.suspend(() => running.delete(one) ? Fiber.interrupt(fiber) : Effect.void)
          })
        )
    }
  })
