/** The whole schedule of a delivery that nobody takes, by a clock that a test sets. */
import { assert, describe, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Webhooks } from "@flash-sale/domain/ports/Webhooks"
import * as RetrySchedule from "@flash-sale/domain/webhooks/RetrySchedule"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import { Sender } from "@flash-sale/webhooks/send/Sender"
import * as Delivery from "@flash-sale/webhooks/work/Delivery"
import * as Held from "@flash-sale/webhooks/work/Held"
import * as Retries from "@flash-sale/webhooks/work/Retries"
import * as WebhookState from "@flash-sale/webhooks/work/WebhookState"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Test from "../TestWebhooks.ts"

const START = Date.parse("2026-11-30T12:00:00Z")
const SHOP = Test.nameOf("shop")
const DAY = 86_400_000

/** Nobody takes anything. */
const sender = Layer.succeed(Sender, {
  send: () => Effect.sync(() => Judgement.judge(500, undefined, START)),
  forget: () => {}
})

const file = Test.fileOf([Test.written(SHOP, "https://shop.example/")])
const parts = Layer.mergeAll(sender, WebhookState.layer(file), Test.archive).pipe(Layer.provideMerge(Test.silent))

/** An endpoint that has failed at one event, at the start. */
const failed = Effect.gen(function*() {
  yield* TestClock.setTime(START)
  const { holder } = yield* WebhookState.WebhookState
  const queue = yield* WebhookQueue
  yield* queue.list([{ name: SHOP, url: "https://shop.example/", events: ["*"], isDisabled: false }])
  const [found] = yield* queue.hold({ name: holder, leaseMillis: 10_000, asks: false }, [SHOP])
  const held = yield* Held.make(found!)
  yield* Test.tell(1, START)
  const { events, upTo } = yield* queue.page(held.cursor, 1)
  const failure = yield* Delivery.attempt(held, events[0]!, 0)
  if (failure === undefined || failure === Delivery.NOT_SENT) return assert.fail("it was taken, or not sent")
  yield* queue.advance(SHOP, holder, upTo, [{ event: events[0]!, failure }], Held.takeLast(held))
  return held
})

const delivery = Effect.map(
  Effect.flatMap(Webhooks, ({ deliveries }) => deliveries({ endpoint: SHOP }, undefined, 1)),
  ({ entries }) => entries[0]
)

describe("A delivery that is never taken", () => {
  it.effect("is tried ten times over the schedule, then it is dead, and a replay begins anew", () =>
    Effect.gen(function*() {
      const held = yield* failed
      let now = START
      for (const wait of RetrySchedule.WAITS) {
        const { dueAt } = (yield* delivery)!
        assert.isAtLeast(dueAt!, now + wait)
        assert.isAtMost(dueAt!, now + wait * (1 + RetrySchedule.JITTER))
        yield* TestClock.setTime(dueAt! - 1)
        assert.strictEqual((yield* Retries.round(held)).sent, 0)
        now = dueAt!
        yield* TestClock.setTime(now)
        assert.strictEqual((yield* Retries.round(held)).sent, 1)
      }
      const dead = yield* delivery
      assert.deepStrictEqual([dead?.state, dead?.attempts, dead?.error], ["dead", 10, "answered 500"])
      yield* TestClock.setTime(now + 30 * DAY)
      assert.strictEqual((yield* Retries.round(held)).sent, 0)
      const id = yield* Effect.flatMap(
        Webhooks,
        ({ replay }) => replay(SHOP, { _tag: "Dead" }, { by: "ops" }, now, undefined)
      )
      const { holder } = yield* WebhookState.WebhookState
      const replayed = { id, replayed: { _tag: "Dead" as const }, cursor: 0, last: 0 }
      yield* Effect.flatMap(
        WebhookQueue,
        (queue) => queue.replayStep(SHOP, holder, replayed, () => true, 10, now)
      )
      assert.strictEqual((yield* Retries.round(held)).sent, 1)
      assert.strictEqual((yield* delivery)?.attempts, 1)
    }).pipe(Effect.provide(parts)))

  it.effect("waits no longer than its own wait where the clock steps back by days", () =>
    Effect.gen(function*() {
      const held = yield* failed
      yield* TestClock.setTime(START - 3 * DAY)
      yield* Retries.redate(held)
      assert.strictEqual((yield* Retries.round(held)).sent, 1)
      const { dueAt } = (yield* delivery)!
      assert.isAtMost(dueAt!, START - 3 * DAY + 330_000)
    }).pipe(Effect.provide(parts)))

  it.effect("waits no longer than its own wait where the clock was hours ahead at its attempt", () =>
    Effect.gen(function*() {
      const held = yield* failed
      const ahead = START + 3 * 3_600_000
      yield* TestClock.setTime(ahead)
      assert.strictEqual((yield* Retries.round(held)).sent, 1)
      yield* TestClock.setTime(START + 10_000)
      assert.strictEqual((yield* Retries.round(held)).sent, 0)
      yield* Retries.redate(held)
      assert.strictEqual((yield* Retries.round(held)).sent, 1)
      // Of a clock that is right nothing is moved.
      const { dueAt } = (yield* delivery)!
      yield* TestClock.setTime(START + 20_000)
      yield* Retries.redate(held)
      assert.strictEqual((yield* delivery)?.dueAt, dueAt)
    }).pipe(Effect.provide(parts)))
})
