/** Waiting for the outcome of a test event. */
import { assert, describe, it } from "@effect/vitest"
import * as WebhookTest from "@flash-sale/operations/webhooks/WebhookTest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"

const ASKED = "asked"
const isKnown = (test: string): boolean => test !== ASKED

describe("settled", () => {
  it.effect("gives the outcome once it is known, however often nothing was known", () =>
    Effect.gen(function*() {
      let looks = 0
      const look = Effect.sync(() => {
        looks++
        return looks < 3 ? Option.none() : Option.some(looks < 5 ? ASKED : "delivered")
      })
      const fiber = yield* Effect.forkChild(WebhookTest.settled(ASKED, look, isKnown, "15 seconds"))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "delivered")
      assert.strictEqual(looks, 5)
    }))

  it.effect("gives the test as it was asked for where the time is over", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        WebhookTest.settled(ASKED, Effect.succeed(Option.none<string>()), isKnown, "15 seconds")
      )
      yield* TestClock.adjust("14 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), ASKED)
    }))

  it.effect("fails as a look does", () =>
    Effect.gen(function*() {
      const failed = yield* Effect.flip(WebhookTest.settled(ASKED, Effect.fail("away"), isKnown, "15 seconds"))
      assert.strictEqual(failed, "away")
    }))
})
