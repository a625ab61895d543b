/** How many records a second a fold takes where there is work for it. Pure. */

/** What was seen between two looks. */
export interface FoldSample {
  readonly records: number
  readonly millis: number
  /** Whether records waited all the time: only then the fold, and not the traffic, set the pace. */
  readonly isBusy: boolean
}

/** How much the latest look counts. */
const WEIGHT = 0.2

/**
 * The rate after a further look; 0 while nothing is known, which is until the fold was behind for once. What it did
 * without being behind is the least that it can do. A fold that stood still says nothing of how fast it goes.
 */
export const next = (rate: number, { isBusy, millis, records }: FoldSample): number => {
  if (records <= 0 || millis <= 0) return rate
  const seen = (records * 1000) / millis
  if (isBusy) return rate === 0 ? seen : rate + WEIGHT * (seen - rate)
  return rate === 0 ? 0 : Math.max(rate, seen)
}
