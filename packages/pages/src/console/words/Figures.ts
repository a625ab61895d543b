/** Numbers, durations and ages as people read them. Pure. */
import { countOf } from "../../sale/TimeLeft.ts"

const ONE_DIGIT = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** So many a second: with a digit where there are few. */
export const rateOf = (perSecond: number): string =>
  perSecond !== 0 && Math.abs(perSecond) < 10 ? ONE_DIGIT.format(perSecond) : countOf(Math.round(perSecond))

export const sumOf = (rates: Readonly<Record<string, number>>): number =>
  Object.values(rates).reduce((sum, rate) => sum + rate, 0)

const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const

/** How long something takes: the two largest units, `2 h 5 min`; `0.3 s` where it is less than ten seconds. */
export const durationOf = (seconds: number): string => {
  if (seconds < 10) return `${seconds === 0 ? "0" : ONE_DIGIT.format(seconds)} s`
  let left = Math.round(seconds)
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return [{ unit, count }]
  })
  const first = parts.findIndex(({ count }) => count > 0)
  return parts.slice(first, first + 2).filter(({ count }) => count > 0)
    .map(({ count, unit }) => `${count} ${unit}`).join(" ")
}

/** `1 unit`, `5 units`. */
export const numbered = (count: number, one: string, many = `${one}s`): string =>
  `${countOf(count)} ${count === 1 ? one : many}`
