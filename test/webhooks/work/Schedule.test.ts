/** The whole schedule of a delivery that nobody takes, by a clock that a test moves, and one that steps back. */
import { assert, describe, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import * as RetrySchedule from "@flash-sale/domain/webhooks/RetrySchedule"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import { Sender } from "@flash-sale/webhooks/send/Sender"
import * as WebhookSending from "@flash-sale/webhooks/Webhooks"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Clock, Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Test from "../TestWebhooks.ts"

const START = Date.parse("2026-11-30T12:00:00Z")

describe("A delivery that is never taken", () => {
  it.effect(
    "is tried ten times over the schedule, then it is dead, and a replay begins anew",
    () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(START)
        const tries: Array<number> = []
        const sender = Layer.succeed(Sender, {
          send: () =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              tries.push(now)
              return Judgement.judge(500, undefined, now)
            }),
          forget: () => {}
        })
        const file = Test.fileOf([Test.written("shop", "https://shop.example/")])
        const process = WebhookSending.layer.pipe(
          Layer.provide(sender),
          Layer.provide(WebhookState.layer(file)),
          Layer.provideMerge(Test.archive)
        )
        yield* Effect.gen(function*() {
          const webhooks = yield* Webhooks
          yield* WebhookQueue
          /** Lets time pass until there were so many attempts: in steps, as what is due is looked for. */
          const pass = Effect.fnUntraced(function*(count: number, step: Duration.Input) {
            for (let at = 0; at < 2_000 && tries.length < count; at++) {
              yield* TestClock.adjust(step)
              yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            }
          })
          yield* pass(0, "1 second")
          for (let at = 0; at < 20; at++) yield* TestClock.adjust("1 second")
          yield* Test.tell(1, START)
          const steps: ReadonlyArray<Duration.Input> = ["200 millis", "1 second", "10 seconds", "1 minute"]
          for (let attempt = 1; attempt <= 10; attempt++) {
            yield* pass(attempt, steps[attempt - 1] ?? "10 minutes")
          }
          assert.strictEqual(tries.length, 10)
          for (const [at, wait] of RetrySchedule.WAITS.entries()) {
            const waited = tries[at + 1]! - tries[at]!
            assert.isAtLeast(waited, wait)
            assert.isAtMost(waited, wait * (1 + RetrySchedule.JITTER) + 1_300_000)
          }
          for (let at = 0; at < 20; at++) yield* TestClock.adjust("1 second")
          const { entries } = yield* webhooks.deliveries({ state: "dead" }, undefined, 10)
          assert.deepStrictEqual(entries.map(({ attempts, error }) => [attempts, error]), [[10, "answered 500"]])
          yield* webhooks.replay(Test.nameOf("shop"), { _tag: "Dead" }, { by: "ops" }, START, undefined)
          yield* pass(11, "1 second")
          assert.strictEqual(tries.length, 11)
        }).pipe(Effect.provide(process))
      }).pipe(Effect.provide(Test.silent)),
    60_000
  )
})
