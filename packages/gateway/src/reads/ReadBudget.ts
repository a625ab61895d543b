/** So many reads a second, which come back evenly: for reads that no order needs, and that anybody may ask for. */
export interface ReadBudget {
  /** Takes places for so many reads. Returns whether there were as many; else none is taken. */
  readonly take: (reads: number) => boolean
}

/** `monotonic` reads the clock, in milliseconds. */
export const make = (perSecond: number, monotonic: () => number): ReadBudget => {
  let left = perSecond
  let at = monotonic()
  return {
    take: (reads) => {
      const now = monotonic()
      left = Math.min(perSecond, left + ((now - at) / 1000) * perSecond)
      at = now
      if (reads > left) return false
      left -= reads
      return true
    }
  }
}
