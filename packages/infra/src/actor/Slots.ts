/**
 * Slots for what is under way at the same time, first come, first served. What waits costs a callback, not a fiber,
 * and each slot is passed on in constant time: when a hot item sells, tens of thousands wait.
 */
import { Effect } from "effect"
import * as WaitingLine from "./WaitingLine.ts"

/** Gives the slot back. Doing so again has no effect. */
export type Release = () => void

/** Takes slots, each for a subject. */
export interface SlotUser<in A> {
  /** There is a slot for the subject. It is taken until `release` is called. */
  readonly begin: (subject: A, release: Release) => void
}

export interface Slots {
  /**
   * Calls the user's `begin` once there is a slot for the subject. Returns what takes the subject out of the line;
   * undefined where it has begun at once.
   */
  readonly acquire: <A>(user: SlotUser<A>, subject: A) => WaitingLine.Leave | undefined
  /** Runs the effect in a slot; waits for one. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes a slot though there may be none: the next ones wait until there is one again. */
  readonly exceed: () => Release
  /** How many wait now. */
  readonly waiting: () => number
}

export interface Options {
  /** Is called at each change with the number of slots that are taken. */
  readonly onChange?: (taken: number) => void
}

interface Waiting {
  readonly user: SlotUser<never>
  readonly subject: unknown
}

/** So many slots, each taken until it is given back. For slots that expire see `ExpiringSlots`. */
export const make = (count: number, { onChange = () => {} }: Options = {}): Slots => {
  const line = WaitingLine.make<Waiting>()
  let taken = 0

  const change = (by: number): void => {
    taken += by
    onChange(taken)
  }

  /** Passes the slot to the first in line. */
  const passOn = (): void => {
    const next = taken > count ? undefined : line.take()
    if (next === undefined) change(-1)
    else admit(next.user, next.subject as never)
  }

  const releaseOnce = (): Release => {
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      passOn()
    }
  }

  const admit = <A>(user: SlotUser<A>, subject: A): void => user.begin(subject, releaseOnce())

  const acquire: Slots["acquire"] = (user, subject) => {
    if (taken >= count) return line.join({ user, subject })
    change(1)
    admit(user, subject)
    return undefined
  }

  return {
    acquire,
    within: (effect) => withinSlotOf(acquire, effect),
    exceed: () => {
      change(1)
      return releaseOnce()
    },
    waiting: line.size
  }
}

const withinSlotOf = <A, E, R>(
  acquire: Slots["acquire"],
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let leave: WaitingLine.Leave | undefined
    let release: Release | undefined
    const wait = Effect.callback<void>((resume) => {
      leave = acquire<undefined>({
        begin: (_, given) => {
          release = given
          resume(Effect.void)
        }
      }, undefined)
    })
    const end = Effect.sync(() => {
      leave?.()
      release?.()
    })
    return Effect.ensuring(Effect.andThen(wait, effect), end)
  })
