/** A list that anything in it may leave: each step takes constant time, however long it is. */

/** A place in a list. */
export interface Entry<A> {
  readonly value: A
  before: Entry<A> | undefined
  after: Entry<A> | undefined
  isIn: boolean
}

export interface LinkedList<in out A> {
  /** Adds to the end. */
  readonly append: (value: A) => Entry<A>
  /** Does nothing where the entry has left before. */
  readonly remove: (entry: Entry<A>) => void
  readonly first: () => Entry<A> | undefined
  readonly size: () => number
}

export const make = <A>(): LinkedList<A> => {
  let first: Entry<A> | undefined
  let last: Entry<A> | undefined
  let size = 0

  return {
    append: (value) => {
      const entry: Entry<A> = { value, before: last, after: undefined, isIn: true }
      if (last === undefined) first = entry
      else last.after = entry
      last = entry
      size++
      return entry
    },
    remove: (entry) => {
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
    },
    first: () => first,
    size: () => size
  }
}
