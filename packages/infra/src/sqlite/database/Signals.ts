/** Wakes fibers that wait for a change of the file: by topic, without timers, and without missing a change. */
import { Effect, Option } from "effect"

export interface Signals {
  /** Runs `read` until it finds something, and waits for a signal of the topic in between. */
  readonly until: <A, E>(topic: string, read: Effect.Effect<Option.Option<A>, E>) => Effect.Effect<A, E>
  /** Wakes the fibers that wait for these topics. */
  readonly wake: (topics: Iterable<string>) => void
  /** Wakes all waiting fibers, where it is not known what changed. */
  readonly wakeAll: () => void
}

type Resume = (effect: Effect.Effect<void>) => void

export const make = (): Signals => {
  const waiting = new Map<string, Set<Resume>>()
  // Counts all signals: one between reading and waiting is noticed by the number.
  let signals = 0

  const resumeAll = (topic: string): void => {
    const resumes = waiting.get(topic)
    if (resumes === undefined) return
    waiting.delete(topic)
    for (const resume of resumes) resume(Effect.void)
  }

  const nextAfter = (topic: string, seen: number): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      if (signals !== seen) return resume(Effect.void)
      const resumes = waiting.get(topic) ?? new Set()
      waiting.set(topic, resumes.add(resume))
      return Effect.sync(() => {
        resumes.delete(resume)
        if (resumes.size === 0 && waiting.get(topic) === resumes) waiting.delete(topic)
      })
    })

  return {
    until: Effect.fnUntraced(function*(topic, read) {
      while (true) {
        const seen = signals
        const found = yield* read
        if (Option.isSome(found)) return found.value
        yield* nextAfter(topic, seen)
      }
    }),
    wake: (topics) => {
      signals++
      for (const topic of topics) resumeAll(topic)
    },
    wakeAll: () => {
      signals++
      // A copy, as a fiber that is woken may read at once, find nothing, and wait again.
      const topics = Array.from(waiting.keys())
      for (const topic of topics) resumeAll(topic)
    }
  }
}
