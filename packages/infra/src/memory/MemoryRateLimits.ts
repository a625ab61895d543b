/** A rate limiter within this process, for when there is no shared one or it cannot be reached. */
import { type RateLimit, RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { UserId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer } from "effect"
import * as FixedWindows from "../collections/FixedWindows.ts"
import * as Monotonic from "../time/Monotonic.ts"

/** Users whose windows are kept at once. When there are more, those whose windows began first start anew. */
export const MAX_USERS = 100_000

/** The windows themselves, for who counts inside a step that nothing may interrupt. */
export class Windows extends Context.Service<Windows, {
  /** As `RateLimits.consume`; `now` as `Monotonic.now` gives it. */
  readonly count: (userId: UserId, maxRequests: number, windowMillis: number, now: number) => RateLimit
}>()("@flash-sale/infra/memory/MemoryRateLimits/Windows") {}

/** Fixed windows, which begin with a user's first request. */
export const layerWindows: Layer.Layer<Windows> = Layer.sync(Windows, () => {
  const windows = FixedWindows.make<UserId>(MAX_USERS)

  const count = (userId: UserId, maxRequests: number, windowMillis: number, now: number): RateLimit => {
    const window = windows.find(userId, now) ?? windows.begin(userId, now, windowMillis)
    if (window.count >= maxRequests) return { allowed: false, remaining: 0, retryAfterMillis: window.endsAt - now }
    window.count++
    return { allowed: true, remaining: maxRequests - window.count, retryAfterMillis: 0 }
  }

  return { count }
})

/** Counts in the windows of `layerWindows`. */
export const layer: Layer.Layer<RateLimits> = Layer.effect(
  RateLimits,
  Effect.map(Windows, ({ count }) => ({
    consume: (userId, maxRequests, windowMillis) =>
      Effect.map(Monotonic.now, (now) => count(userId, maxRequests, windowMillis, now))
  }))
).pipe(Layer.provide(layerWindows))
