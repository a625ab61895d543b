/** How long a server wants to be left alone: the header `Retry-After` of RFC 9110, in seconds or as a date. */
import { DateTime, Option } from "effect"

const SECONDS = /^\d{1,9}$/

/** In milliseconds from `now` on; undefined where the header is absent or says nothing that can be understood. */
export const read = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (SECONDS.test(text)) return Number(text) * 1_000
  if (!text.endsWith("GMT")) return undefined
  return Option.getOrUndefined(
    Option.map(DateTime.make(text), (at) => Math.max(0, DateTime.toEpochMillis(at) - now))
  )
}
