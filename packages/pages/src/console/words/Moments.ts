/** Moments in the reader's zone, with UTC beside. Pure but for the clock of `now`. */
import { EngineClock } from "../../sale/EngineClock.ts"

const DAY = { day: "numeric", month: "short", year: "numeric" } as const
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const
const IN_UTC = { timeZone: "UTC" } as const

const localDay = new Intl.DateTimeFormat(undefined, DAY)
const localTime = new Intl.DateTimeFormat(undefined, TIME)
const localMinute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
const utcDay = new Intl.DateTimeFormat("en-GB", { ...DAY, ...IN_UTC })
const utcTime = new Intl.DateTimeFormat("en-GB", { ...TIME, ...IN_UTC })

const readers = (): number => new Date().getTime()
/** Told each second, so it may go on by the reader's own clock, which does not stand still while the machine sleeps. */
const engine = new EngineClock(readers)
/** Takes over what the engine has said just now: ISO 8601. */
export const setNow = (iso: string): void => engine.set(iso)
/** Milliseconds since 1970, by the engine's clock; by the reader's own before the engine has said its time. */
export const now = (): number => engine.now() ?? readers()

export const timeOf = (millis: number): string => localTime.format(millis)
export const minuteOf = (millis: number): string => localMinute.format(millis)

const localShort = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23"
})

/** Where there is little room. */
export const shortOf = (millis: number): string => localShort.format(millis)

/** For the reader. */
export const localOf = (millis: number): string => `${localDay.format(millis)}, ${localTime.format(millis)}`

/** The same in UTC: with its day where that is another one. */
export const utcOf = (millis: number): string => {
  const isSameDay = new Date(millis).getDate() === new Date(millis).getUTCDate()
  return `${isSameDay ? "" : `${utcDay.format(millis)}, `}${utcTime.format(millis)} UTC`
}

/** Both, in one line. */
export const bothOf = (millis: number): string => `${localOf(millis)} (${utcOf(millis)})`

const two = (value: number): string => String(value).padStart(2, "0")

/** As a field for a moment has it: in the reader's zone, `2026-12-01T19:00:05`. */
export const fieldOf = (millis: number): string => {
  const at = new Date(millis)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** The moment of such a field in ISO 8601, in UTC; undefined where it has none. */
export const isoOf = (field: string): string | undefined => {
  const millis = new Date(field).getTime()
  return field === "" || Number.isNaN(millis) ? undefined : new Date(millis).toISOString()
}
