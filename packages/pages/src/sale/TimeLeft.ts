/** Times, money and counts for people. Pure. */
import { digitsEver } from "@flash-sale/domain/records/Currencies"

const two = (value: number): string => String(value).padStart(2, "0")

/** What is left: `2 d 03:14:07`, `03:14:07`, `14:07`. A second that has begun counts. */
export const timeLeft = (millis: number): string => {
  const seconds = Math.max(0, Math.ceil(millis / 1_000))
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24]
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (days > 0) return `${days} d ${two(hours)}:${clock}`
  return hours > 0 ? `${two(hours)}:${clock}` : clock
}

/** How long until what `timeLeft` says is another, in milliseconds. */
export const untilNextSecond = (millis: number): number => millis <= 0 ? 0 : (millis - 1) % 1_000 + 1

const LOCAL = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const
const UTC = { hour: "2-digit", minute: "2-digit", timeZone: "UTC", hourCycle: "h23" } as const

/** A moment in the reader's zone, with UTC beside: `Mon, 30 Nov, 14:00 (13:00 UTC)`. */
export const momentOf = (millis: number, language?: string): string => {
  const local = new Intl.DateTimeFormat(language, LOCAL).format(millis)
  return `${local} (${new Intl.DateTimeFormat("en-GB", UTC).format(millis)} UTC)`
}

/** An amount of money in the smallest unit of its currency, as people write it, with the digits of ISO 4217. */
export const moneyOf = (smallest: number, currency: string, language?: string): string => {
  // The runtime's own digits are CLDR's, which are others for some currencies.
  const digits = digitsEver(currency) ?? 0
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(language, { style: "currency", currency, ...fraction }).format(smallest / 10 ** digits)
}

const COUNT = new Intl.NumberFormat()

/** A whole number, as people write it. */
export const countOf = (count: number): string => COUNT.format(count)
