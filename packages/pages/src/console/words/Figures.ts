/** Numbers, durations and ages as people read them. Pure. */
import { countOf } from "../../sale/TimeLeft.ts"

const ONE_DIGIT = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** So many a second: with a digit where there are few. */
export const rateOf = (perSecond: number): string =>
  perSecond !== 0 && Math.abs(perSecond) < 10 ? ONE_DIGIT.format(perSecond) : countOf(Math.round(perSecond))

const SHARE = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 })

/** A share of all: `48%`, as the reader's language writes it. */
export const shareOf = (share: number): string => SHARE.format(share)

export const sumOf = (rates: Readonly<Record<string, number>>): number =>
  Object.values(rates).reduce((sum, rate) => sum + rate, 0)

const AT_MOST_ONE_DIGIT = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })

const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const

/** Between a number and its unit, so that they stay in one line: a no-break space. */
export const WITH_UNIT = "\u00a0"

/** How long something takes: the two largest units, `2 h 5 min`; `9.3 s` and `300 ms` where it is less. */
export const durationOf = (seconds: number): string => {
  const millis = Math.round(seconds * 1_000)
  if (millis > 0 && millis < 1_000) return `${millis}${WITH_UNIT}ms`
  if (seconds < 10) return `${AT_MOST_ONE_DIGIT.format(seconds)}${WITH_UNIT}s`
  let left = Math.round(seconds)
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return [{ unit, count }]
  })
  const first = parts.findIndex(({ count }) => count > 0)
  return parts.slice(first, first + 2).filter(({ count }) => count > 0)
    .map(({ count, unit }) => `${count}${WITH_UNIT}${unit}`).join(" ")
}

/** `1 unit`, `5 units`. */
export const numbered = (count: number, one: string, many = `${one}s`): string =>
  `${countOf(count)} ${count === 1 ? one : many}`
