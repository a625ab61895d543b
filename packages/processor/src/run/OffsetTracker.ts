/**
 * Which records of a partition are still open. A commit must wait until every record before it is final, and records
 * become final in any order.
 */

import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"

export interface OffsetTracker {
  /**
   * A record was taken, or is read again. Records begin in the order of their offsets; one before `reached` begins only
   * while none behind it is open. It holds back `next` until it is final.
   */
  readonly begin: (offset: number) => void
  /**
   * Everything before this offset that has not begun is through: it was folded quietly, or is missing and that was
   * accepted.
   */
  readonly skipTo: (offset: number) => void
  /** The record is final. */
  readonly done: (offset: number) => void
  /** Nothing from this offset on counts as final, whatever is done, until another one is said: `Infinity` for none. */
  readonly holdFrom: (offset: number) => void
  /** The offset before which everything is final: what may be committed. */
  readonly next: () => number
  /** The same as it is shown: records that are read again do not take it back, and what is held counts. */
  readonly furthest: () => number
  /** The offset behind everything that was taken. */
  readonly reached: () => number
  /** How many records are open. */
  readonly open: () => number
}

/** Tracks records from `start` on. */
export const make = (start: number): OffsetTracker => {
  // They begin in the order of their offsets: the oldest is the least.
  const open = AgeOrderedMap.make<number, true>()
  let after = start
  let held = Infinity
  /** How far it was when records were read again. */
  let wasAt = start

  const least = (): number => open.oldest()?.key ?? after
  const furthest = () => Math.max(wasAt, least())

  return {
    begin: (offset) => {
      if (offset < after) wasAt = furthest()
      if (!open.has(offset)) open.set(offset, true)
      after = Math.max(after, offset + 1)
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
    next: () => Math.min(held, least()),
    furthest,
    reached: () => after,
    open: open.size
  }
}
