/** A rate limiter within this process, for when there is no shared one or it cannot be reached. */
import { type RateLimit, RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { UserId } from "@flash-sale/domain/records/Ids"
import { Context, Effect, Layer } from "effect"
import * as Monotonic from "../time/Monotonic.ts"

/** Users whose windows are kept at once. When there are more, those whose windows began first start anew. */
export const MAX_USERS = 100_000

interface Window {
  readonly endsAt: number
  count: number
}

/** Requests that are counted before it is known whether each of them counts. */
export interface Reservation {
  readonly granted: number
  /** What was left in the window before. */
  readonly left: number
  readonly retryAfterMillis: number
  /** Gives back what was granted and not used. Called once; without it all that was granted counts. */
  readonly settle: (used: number) => void
}

/** The windows themselves, for who counts without a fiber. */
export class Windows extends Context.Service<Windows, {
  /** As `RateLimits.consume`; `now` as `Monotonic.now` gives it. */
  readonly count: (userId: UserId, maxRequests: number, windowMillis: number, now: number) => RateLimit
  /** Counts as many of `units` requests as the window has room for. */
  readonly reserve: (
    userId: UserId,
    units: number,
    policy: { readonly maxRequests: number; readonly windowMillis: number },
    now: number
  ) => Reservation
}>()("@flash-sale/infra/memory/MemoryRateLimits/Windows") {}

/** Fixed windows, which begin with a user's first request. */
export const layerWindows: Layer.Layer<Windows> = Layer.sync(Windows, () => {
  const windows = new Map<UserId, Window>()

  /** Makes room for one more: windows that have ended are removed first, and most of them are at the front. */
  const makeRoom = (now: number): void => {
    for (const [userId, { endsAt }] of windows) {
      if (endsAt > now && windows.size < MAX_USERS) return
      windows.delete(userId)
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

  const reserve: Windows["Service"]["reserve"] = (userId, units, { maxRequests, windowMillis }, now) => {
    const window = windowOf(userId, now, windowMillis)
    const left = Math.max(0, maxRequests - window.count)
    const granted = Math.min(units, left)
    window.count += granted
    return {
      granted,
      left,
      retryAfterMillis: window.endsAt - now,
      settle: (used) => {
        window.count -= granted - used
      }
    }
  }

  return { count, reserve }
})

/** Counts in the windows of `layerWindows`. */
export const layer: Layer.Layer<RateLimits> = Layer.effect(
  RateLimits,
  Effect.map(Windows, ({ count }) => ({
    consume: (userId, maxRequests, windowMillis) =>
      Effect.map(Monotonic.now, (now) => count(userId, maxRequests, windowMillis, now))
  }))
).pipe(Layer.provide(layerWindows))
