/** A first-in, first-out line that anyone in it may leave: each step takes constant time, however many wait. */

/** Leaves the line. Does nothing where the entry was taken or has left before. */
export type Leave = () => void

export interface WaitingLine<in out A> {
  /** Adds to the end. */
  readonly join: (value: A) => Leave
  /** Takes the first; undefined where nothing waits. */
  readonly take: () => A | undefined
  readonly size: () => number
}

interface Entry<A> {
  readonly value: A
  before: Entry<A> | undefined
  after: Entry<A> | undefined
  isIn: boolean
}

export const make = <A>(): WaitingLine<A> => {
  let first: Entry<A> | undefined
  let last: Entry<A> | undefined
  let size = 0

  const remove = (entry: Entry<A>): void => {
    if (!entry.isIn) return
    const { after, before } = entry
    if (before === undefined) first = after
    else before.after = after
    if (after === undefined) last = before
    else after.before = before
    // An entry that has left holds on to no other.
    entry.before = undefined
    entry.after = undefined
    entry.isIn = false
    size--
  }

  return {
    join: (value) => {
      const entry: Entry<A> = { value, before: last, after: undefined, isIn: true }
      if (last === undefined) first = entry
      else last.after = entry
      last = entry
      size++
      return () => remove(entry)
    },
    take: () => {
      const entry = first
      if (entry === undefined) return undefined
      remove(entry)
      return entry.value
    },
    size: () => size
  }
}
