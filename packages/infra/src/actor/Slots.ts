/**
 * Places for what is under way at the same time, first come, first served. Those who wait cost a callback, not a fiber,
 * and each place is passed on in constant time: when a hot item sells, ten thousands wait.
 */
import { Effect } from "effect"

/** Leaves the place. Leaving again does nothing. */
export type Release = () => void

/** Who wants places, each for a subject of theirs. */
export interface SlotUser<in A> {
  /** There is a place for the subject. It is taken until `leave` is called. */
  readonly begin: (subject: A, release: Release) => void
  /** Nobody wants the places any more that were waited for: they go to whoever is next. */
  readonly hasEnded: () => boolean
}

export interface Slots {
  /** Calls the visitor's `begin` once there is a place for the subject, perhaps at once. */
  readonly acquire: <A>(user: SlotUser<A>, subject: A) => void
  /** Runs the effect in a place; waits for one. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Waiting {
  readonly user: SlotUser<never>
  readonly subject: unknown
}

/** From so many that are gone on, the line is moved up. */
const GONE = 1_000

/** `onChange` hears how many places are taken. */
export const make = (places: number, onChange: (taken: number) => void = () => {}): Slots => {
  let free = places
  let line: Array<Waiting> = []
  let first = 0

  /** The next in line who has not left. */
  const next = (): Waiting | undefined => {
    while (first < line.length) {
      const waiting = line[first++]!
      if (first >= GONE && first * 2 > line.length) {
        line = line.slice(first)
        first = 0
      }
      if (!waiting.user.hasEnded()) return waiting
    }
    return undefined
  }

  const admit = <A>(user: SlotUser<A>, subject: A): void => {
    let isIn = true
    user.begin(subject, () => {
      if (!isIn) return
      isIn = false
      const successor = next()
      if (successor !== undefined) return admit(successor.user, successor.subject as never)
      free++
      onChange(places - free)
    })
  }

  const acquire = <A>(user: SlotUser<A>, subject: A): void => {
    if (free === 0) {
      line.push({ user, subject })
      return
    }
    free--
    onChange(places - free)
    admit(user, subject)
  }

  return {
    acquire,
    within: (effect) =>
      Effect.suspend(() => {
        let hasLeft = false
        let leaving: Release | undefined
        const wait = Effect.callback<void>((resume) =>
          acquire({
            begin: (_: undefined, release) => {
              leaving = release
              resume(Effect.void)
            },
            hasEnded: () => hasLeft
          }, undefined)
        )
        const release = Effect.sync(() => {
          hasLeft = true
          leaving?.()
        })
        return Effect.ensuring(Effect.andThen(wait, effect), release)
      })
  }
}
