/** How an api key stands: for lists of them, and for what is said of those that expire. Pure. */
import { Duration } from "effect"

/** So long before a key expires it is said, in milliseconds. */
export const SOON_MILLIS = Duration.toMillis(Duration.days(14))

export type KeyState = "ok" | "soon" | "expired"

/** Both are in milliseconds since 1970 (UTC). */
export const of = (expiresAt: number, now: number): KeyState => {
  if (expiresAt <= now) return "expired"
  return expiresAt - now <= SOON_MILLIS ? "soon" : "ok"
}
