/** How many orders one user may send. */
import type { Duration } from "effect"

export interface RateLimitSettings {
  /** Orders that one user may send in a window. */
  readonly maxRequests: number
  readonly window: Duration.Duration
}
