/** What every adapter of `RateLimits` does. It counts in real time, so the suite waits for no window that is long. */
import { expect, layer } from "@effect/vitest"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import { UserId } from "@flash-sale/domain/records/Ids"
import { Effect, type Layer, Schedule } from "effect"
import { next } from "./Commands.ts"

const LONG_MILLIS = 60_000
const SHORT_MILLIS = 100

const freshUser = (): UserId => UserId.make(`user-${next()}`)

/** Consumes so many requests of one user, one after the other. */
const consume = (userId: UserId, times: number, maxRequests: number, windowMillis = LONG_MILLIS) =>
  Effect.flatMap(
    RateLimits,
    (limits) => Effect.forEach(Array.from({ length: times }), () => limits.consume(userId, maxRequests, windowMillis))
  )

export const suite = <E>(name: string, adapter: Layer.Layer<RateLimits, E>): void =>
  layer(adapter, { excludeTestServices: true })(`RateLimits (${name})`, (it) => {
    it.effect("a user's requests count down to the limit, and one more is rejected", () =>
      Effect.gen(function*() {
        const results = yield* consume(freshUser(), 4, 3)
        expect(results.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
          [true, 2],
          [true, 1],
          [true, 0],
          [false, 0]
        ])
      }))

    it.effect("a rejected request says when the window ends, and an allowed one says 0", () =>
      Effect.gen(function*() {
        const [allowed, rejected] = yield* consume(freshUser(), 2, 1)
        expect(allowed).toEqual({ allowed: true, remaining: 0, retryAfterMillis: 0 })
        expect(rejected?.retryAfterMillis).toBeGreaterThan(0)
        expect(rejected?.retryAfterMillis).toBeLessThanOrEqual(LONG_MILLIS)
      }))

    it.effect("a user's requests take nothing from another user", () =>
      Effect.gen(function*() {
        yield* consume(freshUser(), 3, 1)
        const [first] = yield* consume(freshUser(), 1, 1)
        expect(first?.allowed).toBe(true)
      }))

    it.effect("requests at the same time are allowed up to the limit, and no more", () =>
      Effect.gen(function*() {
        const limits = yield* RateLimits
        const userId = freshUser()
        const results = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => limits.consume(userId, 7, LONG_MILLIS),
          { concurrency: "unbounded" }
        )
        expect(results.filter(({ allowed }) => allowed).map(({ remaining }) => remaining).toSorted()).toEqual(
          [0, 1, 2, 3, 4, 5, 6]
        )
      }))

    it.effect("a rejected request does not make the window longer: the next window begins with the whole limit", () =>
      Effect.gen(function*() {
        const limits = yield* RateLimits
        const userId = freshUser()
        yield* consume(userId, 2, 2, SHORT_MILLIS)
        const first = yield* limits.consume(userId, 2, SHORT_MILLIS).pipe(
          Effect.repeat({ schedule: Schedule.spaced("1 millis"), until: ({ allowed }) => allowed })
        )
        expect(first).toEqual({ allowed: true, remaining: 1, retryAfterMillis: 0 })
      }))
  })
