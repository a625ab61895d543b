/** A point in time as an operator types it: ISO 8601 with its zone, or from now: `2026-11-27T10:00:00Z`, `+10m`. */
import * as Moment from "@flash-sale/domain/records/Moment"
import { Duration, Option } from "effect"

/** The forms of a time, for a description. */
export const FORMS = "As 2026-11-27T10:00:00Z (with its zone), or from now, as +10m, +2h or +1d"

/** The forms of a time, for an error. */
export const EXPECTED = "a time such as 2026-11-27T10:00:00Z (with its zone), or from now, such as +10m, +2h or +1d"

/** An absolute time, or one relative to when the command runs; in milliseconds. */
export type TimeArgument =
  | { readonly _tag: "At"; readonly millis: number }
  | { readonly _tag: "In"; readonly millis: number }

const RELATIVE = /^\+(\d{1,6})(s|m|h|d)$/
const UNITS: Readonly<Record<string, Duration.Duration>> = {
  s: Duration.seconds(1),
  m: Duration.minutes(1),
  h: Duration.hours(1),
  d: Duration.days(1)
}

export const read = (text: string): Option.Option<TimeArgument> => {
  const [, count, unit = ""] = RELATIVE.exec(text) ?? []
  if (count !== undefined) {
    return Option.some({ _tag: "In", millis: Number(count) * Duration.toMillis(UNITS[unit] ?? Duration.zero) })
  }
  return Option.map(Moment.millisOf(text), (millis) => ({ _tag: "At", millis }))
}

/** The instant that is meant, milliseconds since 1970 (UTC). */
export const resolve = ({ _tag, millis }: TimeArgument, now: number): number => _tag === "At" ? millis : now + millis

/** What is wrong with an instant that is too far ahead; undefined where it is not. */
export const tooFar = (millis: number, now: number): string | undefined =>
  Moment.isTooFarAhead(millis, now) ? `${show(millis)} is more than ${Moment.MAX_AHEAD_DAYS} days ahead` : undefined

/** An instant as it is printed. */
export const show = (millis: number): string => Moment.isoOf(millis)
