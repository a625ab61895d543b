import { assert, describe, it } from "@effect/vitest"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import { UserId } from "@flash-sale/domain/records/Ids"
import * as MemoryRateLimits from "@flash-sale/infra/memory/MemoryRateLimits"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as RateLimitsContract from "../../contract/RateLimitsContract.ts"
import * as SteppingClock from "../time/SteppingClock.ts"

RateLimitsContract.suite("Memory", MemoryRateLimits.layer)

const user = UserId.make("u")
const WINDOW_MILLIS = 1_000

const consume = (userId: UserId, maxRequests: number) =>
  Effect.flatMap(RateLimits, (limits) => limits.consume(userId, maxRequests, WINDOW_MILLIS))

describe("MemoryRateLimits", () => {
  it.effect("a user's requests are counted in a window that begins with the first", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* consume(user, 2), { allowed: true, remaining: 1, retryAfterMillis: 0 })
      yield* TestClock.adjust(400)
      assert.deepStrictEqual(yield* consume(user, 2), { allowed: true, remaining: 0, retryAfterMillis: 0 })
      assert.deepStrictEqual(yield* consume(user, 2), { allowed: false, remaining: 0, retryAfterMillis: 600 })
      assert.isTrue((yield* consume(UserId.make("other"), 2)).allowed)
      yield* TestClock.adjust(600)
      assert.deepStrictEqual(yield* consume(user, 2), { allowed: true, remaining: 1, retryAfterMillis: 0 })
    }).pipe(Effect.provide(MemoryRateLimits.layer)))

  for (const [how, millis] of Object.entries(SteppingClock.STEPS)) {
    it.effect(`a window lasts as long when the clock steps ${how}`, () =>
      Effect.gen(function*() {
        yield* consume(user, 1)
        yield* SteppingClock.step(millis)
        assert.deepStrictEqual(yield* consume(user, 1), { allowed: false, remaining: 0, retryAfterMillis: 1_000 })
        yield* TestClock.adjust(1_000)
        assert.isTrue((yield* consume(user, 1)).allowed)
      }).pipe(Effect.provide(Layer.provideMerge(MemoryRateLimits.layer, SteppingClock.layer))))
  }

  it.effect("the limiter keeps MAX_USERS windows, and drops those first that are over", () =>
    Effect.gen(function*() {
      const users = Array.from({ length: MemoryRateLimits.MAX_USERS }, (_, n) => UserId.make(`u-${n}`))
      yield* Effect.forEach(users.slice(0, 2), (userId) => consume(userId, 1))
      yield* TestClock.adjust(WINDOW_MILLIS)
      yield* Effect.forEach(users.slice(2), (userId) => consume(userId, 1), { discard: true })
      // Two windows are over, so these two come in and no other user loses a count.
      yield* Effect.forEach(users.slice(0, 2), (userId) => consume(userId, 1))
      assert.isFalse((yield* consume(users[2]!, 1)).allowed)
      // Now all are running: the first of them starts anew.
      assert.isTrue((yield* consume(UserId.make("one-more"), 1)).allowed)
      assert.isFalse((yield* consume(users[3]!, 1)).allowed)
      assert.isTrue((yield* consume(users[2]!, 1)).allowed)
    }).pipe(Effect.provide(MemoryRateLimits.layer)))
})
