/**
 * Up to where a log is the one that a store has folded, by the orders that both know. Pure.
 *
 * **Details**: one order at the same offset proves nothing by itself: who was not answered asks again, and the records
 * that come again may take the offsets of lost ones. So nothing counts from the first order on of which they differ.
 */

/** Where an order stands, and of which attempt. */
export interface OrderRef {
  readonly attempt: number
  readonly placedAtOffset: number
}

export interface CommonPrefix {
  /** An order as the store and as the log have it; undefined where one of them does not know it. */
  readonly add: (stored: OrderRef | undefined, logged: OrderRef | undefined) => void
  /** Before this offset they are the same: behind the last order that both know, and that no difference comes before. */
  readonly upTo: () => number
}

/** Of a log that begins at `start`. */
export const make = (start: number): CommonPrefix => {
  const same: Array<number> = []
  let firstDifference = Infinity
  const differ = (place: number): void => {
    firstDifference = Math.min(firstDifference, place)
  }
  return {
    add: (stored, logged) => {
      if (stored !== undefined && stored.placedAtOffset === logged?.placedAtOffset) {
        same.push(stored.placedAtOffset)
        return
      }
      if (stored !== undefined) differ(stored.placedAtOffset)
      // Where the store has a later attempt, the earlier one stands where it did.
      if (logged !== undefined && (stored?.attempt ?? 0) <= logged.attempt) differ(logged.placedAtOffset)
    },
    upTo: () => same.reduce((most, place) => place < firstDifference ? Math.max(most, place + 1) : most, start)
  }
}
