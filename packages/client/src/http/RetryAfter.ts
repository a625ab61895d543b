/** When an answer says that it is worth trying again. Pure. */
import { MAX_MILLIS } from "../time/Deadline.ts"
import { type JsonObject, numberOf } from "../wire/Json.ts"

/** By the header: seconds, or a date, which is compared with that of the answer and with no clock of ours. */
const ofHeaders = (headers: Headers): number | undefined => {
  const value = headers.get("retry-after")?.trim() ?? ""
  if (/^\d+$/.test(value)) return Number(value) * 1_000
  const millis = Date.parse(value) - Date.parse(headers.get("date") ?? "")
  return Number.isNaN(millis) ? undefined : Math.max(0, millis)
}

/** By the header, or by the body: browsers hide the header from pages of other origins unless the server shows it. */
export const retryAfterMillis = (headers: Headers, body: JsonObject | undefined): number | undefined => {
  const seconds = numberOf(body?.["retry_after_seconds"])
  const millis = ofHeaders(headers) ?? (seconds === undefined ? undefined : seconds * 1_000)
  return millis === undefined ? undefined : Math.min(millis, MAX_MILLIS)
}
