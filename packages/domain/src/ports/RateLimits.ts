/** The gateway's own rate limiter, for when the shared one cannot be reached. */
import { Context, type Effect } from "effect"
import type { UserId } from "../records/Ids.ts"

/** What is left of a user's window. `retryAfterMillis` is 0 where the request is within the limit. */
export interface RateLimit {
  readonly allowed: boolean
  readonly remaining: number
  readonly retryAfterMillis: number
}

export class RateLimits extends Context.Service<RateLimits, {
  /** Counts one request of this user in a fixed window of `windowMillis` (milliseconds). Never fails. */
  readonly consume: (userId: UserId, maxRequests: number, windowMillis: number) => Effect.Effect<RateLimit>
}>()("@flash-sale/domain/ports/RateLimits") {}
