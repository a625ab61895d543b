/** Percentiles of latencies, by the nearest rank: a value that was measured, never one in between. */

/** The value below or at which `percent` of all values lie; undefined of none. `sorted` ascends. */
export const percentile = (sorted: ArrayLike<number>, percent: number): number | undefined => {
  if (sorted.length === 0) return undefined
  const rank = Math.ceil((percent / 100) * sorted.length)
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]
}

export interface Latencies {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** The usual ones, in the unit of the values; undefined of none. */
export const of = (values: ReadonlyArray<number>): Latencies | undefined => {
  const sorted = Float64Array.from(values).toSorted()
  const [p50, p90, p99, max] = [50, 90, 99, 100].map((percent) => percentile(sorted, percent))
  return p50 === undefined || p90 === undefined || p99 === undefined || max === undefined
    ? undefined
    : { p50, p90, p99, max }
}
