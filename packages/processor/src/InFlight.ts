/**
 * Places for what is under way at the same time, first come, first served. Those who wait cost a callback, not a fiber,
 * and each place is passed on in constant time: when a hot item sells, ten thousands wait.
 */
import { Effect } from "effect"

/** Leaves the place, or the line of those who wait. Leaving again does nothing. */
export type Leave = () => void

export interface InFlight {
  /** Calls `begin` once there is a place, perhaps at once. The place is taken until `leave` is called. */
  readonly enter: (begin: (leave: Leave) => void) => Leave
  /** Runs the effect in a place; waits for one. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Visitor {
  begin: (() => void) | undefined
  hasPlace: boolean
}

/** From so many that are gone on, the line is moved up. */
const GONE = 1_000

/** `onChange` hears how many places are taken. */
export const make = (places: number, onChange: (taken: number) => void = () => {}): InFlight => {
  let free = places
  let line: Array<Visitor> = []
  let first = 0

  /** The next in line who has not left. */
  const next = (): Visitor | undefined => {
    while (first < line.length) {
      const visitor = line[first++]!
      if (first >= GONE && first * 2 > line.length) {
        line = line.slice(first)
        first = 0
      }
      if (visitor.begin !== undefined) return visitor
    }
    return undefined
  }

  const admit = (visitor: Visitor): void => {
    const { begin } = visitor
    visitor.hasPlace = true
    visitor.begin = undefined
    begin?.()
  }

  const enter = (begin: (leave: Leave) => void): Leave => {
    const leave = () => {
      visitor.begin = undefined
      if (!visitor.hasPlace) return
      visitor.hasPlace = false
      const successor = next()
      if (successor !== undefined) return admit(successor)
      free++
      onChange(places - free)
    }
    const visitor: Visitor = { begin: () => begin(leave), hasPlace: false }
    if (free > 0) {
      free--
      onChange(places - free)
      admit(visitor)
    } else line.push(visitor)
    return leave
  }

  return {
    enter,
    within: (effect) =>
      Effect.suspend(() => {
        let leave: Leave | undefined
        const wait = Effect.callback<void>((resume) => {
          leave = enter(() => resume(Effect.void))
        })
        return Effect.ensuring(Effect.andThen(wait, effect), Effect.sync(() => leave?.()))
      })
  }
}
