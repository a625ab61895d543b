/** A moment as people and programs write it: ISO 8601 with its zone, such as `2026-11-27T10:00:00Z`. Pure. */
import { DateTime, Option, Schema } from "effect"
import { isInstant } from "./Instant.ts"

/** A time without a zone would be another one on another machine. */
const PATTERN = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

/** The moment in milliseconds since 1970 (UTC); none where the text is none. */
export const millisOf = (text: string): Option.Option<number> => {
  const [, year, month, day] = PATTERN.exec(text) ?? []
  // JavaScript takes the 30th of February for the 2nd of March.
  if (
    day === undefined || new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)
  ) {
    return Option.none()
  }
  return Option.filter(Option.map(DateTime.make(text), DateTime.toEpochMillis), isInstant)
}

/** The opposite of `millisOf`: ISO 8601 in UTC, with milliseconds. */
export const isoOf = (millis: number): string => new Date(millis).toISOString()

/** How far ahead the opening or the end of a sale may be, in days: one beyond it was typed wrongly. Ten years. */
export const MAX_AHEAD_DAYS = 3_653
const DAY_MILLIS = 24 * 60 * 60 * 1_000

/** Whether a moment is farther ahead than that; both in milliseconds since 1970 (UTC). */
export const isTooFarAhead = (millis: number, now: number): boolean => millis - now > MAX_AHEAD_DAYS * DAY_MILLIS

export const Moment = Schema.String.check(
  Schema.makeFilter((text: string) => Option.isSome(millisOf(text)), {
    message: "must be a time with its zone, such as 2026-12-01T18:00:00Z"
  })
).annotate({ format: "date-time", description: "ISO 8601, with its zone" })
