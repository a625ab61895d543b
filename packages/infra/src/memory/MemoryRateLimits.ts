/** A rate limiter within this process, for when there is no shared one or it cannot be reached. */
import { type RateLimit, RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { UserId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer } from "effect"
import * as AgeOrderedMap from "../collections/AgeOrderedMap.ts"
import * as Monotonic from "../time/Monotonic.ts"

/** Users whose windows are kept at once. When there are more, those whose windows began first start anew. */
export const MAX_USERS = 100_000

interface Window {
  readonly endsAt: number
  count: number
}

/** The windows themselves, for who counts inside a step that nothing may interrupt. */
export class Windows extends Context.Service<Windows, {
  /** As `RateLimits.consume`; `now` as `Monotonic.now` gives it. */
  readonly count: (userId: UserId, maxRequests: number, windowMillis: number, now: number) => RateLimit
}>()("@flash-sale/infra/memory/MemoryRateLimits/Windows") {}

/** Fixed windows, which begin with a user's first request. */
export const layerWindows: Layer.Layer<Windows> = Layer.sync(Windows, () => {
  const windows = AgeOrderedMap.make<UserId, Window>()

  /** Makes room for one more: windows that have ended are removed first, and most of them are at the front. */
  const makeRoom = (now: number): void => {
    for (let first = windows.oldest(); first !== undefined; first = windows.oldest()) {
      if (first.value.endsAt > now && windows.size() < MAX_USERS) return
      windows.delete(first.key)
    }
  }

  const windowOf = (userId: UserId, now: number, windowMillis: number): Window => {
    const known = windows.get(userId)
    if (known !== undefined && known.endsAt > now) return known
    windows.delete(userId)
    makeRoom(now)
    const begun: Window = { endsAt: now + windowMillis, count: 0 }
    windows.set(userId, begun)
    return begun
  }

  const count = (userId: UserId, maxRequests: number, windowMillis: number, now: number): RateLimit => {
    const window = windowOf(userId, now, windowMillis)
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
