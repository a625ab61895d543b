/** A first-in, first-out line that anyone in it may leave: each step takes constant time, however many wait. */
import * as LinkedList from "../collections/LinkedList.ts"

/** Leaves the line. Does nothing where the entry was taken or has left before. */
export type Leave = () => void

export interface WaitingLine<in out A> {
  /** Adds to the end. */
  readonly join: (value: A) => Leave
  /** Takes the first; undefined where nothing waits. */
  readonly take: () => A | undefined
  readonly size: () => number
}

export const make = <A>(): WaitingLine<A> => {
  const line = LinkedList.make<A>()

  return {
    join: (value) => {
      const entry = line.append(value)
      return () => line.remove(entry)
    },
    take: () => {
      const entry = line.first()
      if (entry === undefined) return undefined
      line.remove(entry)
      return entry.value
    },
    size: line.size
  }
}
