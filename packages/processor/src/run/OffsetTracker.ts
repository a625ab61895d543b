/**
 * Which records of a partition are still open. A commit must wait until every record before it is final, and records
 * become final in any order.
 */

export interface OffsetTracker {
  /** A record was taken. Records begin in the order of their offsets. */
  readonly begin: (offset: number) => void
  /** Nothing is left before this offset: what is missing there was accepted. */
  readonly skipTo: (offset: number) => void
  /** The record is final. */
  readonly done: (offset: number) => void
  /** Nothing from this offset on counts as final, whatever is done, until another one is said: `Infinity` for none. */
  readonly holdFrom: (offset: number) => void
  /** The offset before which everything is final: what may be committed. */
  readonly next: () => number
  /** The offset behind everything that was taken. */
  readonly reached: () => number
  /** How many records are open. */
  readonly open: () => number
}

/** Tracks records from `start` on. */
export const make = (start: number): OffsetTracker => {
  // A Set keeps the order of insertion, which is the order of the offsets: the first is the least.
  const open = new Set<number>()
  let after = start
  let held = Infinity
  return {
    begin: (offset) => {
      open.add(offset)
      after = offset + 1
    },
    skipTo: (offset) => {
      after = Math.max(after, offset)
    },
    done: (offset) => {
      open.delete(offset)
    },
    holdFrom: (offset) => {
      held = offset
    },
    next: () => {
      const least = open.values().next()
      return Math.min(held, least.done ? after : least.value)
    },
    reached: () => after,
    open: () => open.size
  }
}
