/** What webhooks tell of themselves: their series, and their health. */
import { assert, describe, it } from "@effect/vitest"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import * as Health from "@flash-sale/webhooks/Health"
import { Effect, Layer, Metric } from "effect"
import * as Receiver from "../Receiver.ts"
import * as Test from "../TestWebhooks.ts"

const series = Effect.map(Metric.snapshot, (all) => {
  const found = new Map<string, number>()
  for (const { attributes, id, state } of all) {
    if (!id.startsWith("webhooks_")) continue
    const labels = [attributes?.["endpoint"], attributes?.["outcome"]].filter((label) => label !== undefined).join(" ")
    const value = "count" in state ? state.count : "value" in state ? state.value : undefined
    found.set(`${id} ${labels}`.trim(), Number(value))
  }
  return found
})

describe("The series of webhooks", () => {
  it.live(
    "count attempts by outcome, what waits, and since when; health says what is wrong",
    () =>
      Effect.gen(function*() {
        const good = yield* Receiver.make()
        const bad = yield* Receiver.make(Receiver.status(500))
        const file = {
          ...Test.fileOf([Test.written("good", good.url), Test.written("bad", bad.url)]),
          trouble: trouble
        }
        const process = Layer.provideMerge(Test.processOf(file), Test.archive)
        yield* Effect.gen(function*() {
          yield* Test.known("good")
          yield* Test.known("bad")
          yield* Test.tell(3)
          const found = yield* Effect.repeat(Effect.delay(series, "100 millis"), {
            until: (now) => now.get("webhooks_waiting bad") === 3 && (now.get("webhooks_oldest_seconds bad") ?? 0) > 0
          })
          assert.strictEqual(found.get("webhooks_deliveries_total good delivered"), 3)
          assert.strictEqual(found.get("webhooks_deliveries_total bad retry"), 3)
          assert.strictEqual(found.get("webhooks_waiting good"), 0)
          assert.strictEqual(found.get("webhooks_oldest_seconds good"), 0)
          assert.strictEqual(found.get("webhooks_dead_total bad"), 0)
          assert.strictEqual(found.get("webhooks_up"), 1)
          assert.strictEqual(found.get("webhooks_file_usable"), 1)
          assert.deepStrictEqual(yield* Health.check, { status: "healthy", archive: true, endpoints: 2 })
          wrong = "endpoint 1, url: is missing"
          assert.deepStrictEqual((yield* Health.check).problems, [
            "the endpoints stay as they were read before: endpoint 1, url: is missing"
          ])
          yield* Effect.repeat(Effect.delay(series, "100 millis"), {
            until: (now) => now.get("webhooks_file_usable") === 0
          })
        }).pipe(Effect.provide(process))
      }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(Test.silent)),
    60_000
  )
})

const MINUTE = 60_000

describe("An endpoint that nobody holds", () => {
  it.live(
    "is in the series of all that run, for as long as nobody holds it",
    () =>
      Effect.gen(function*() {
        const receiver = yield* Receiver.make()
        const process = Layer.provideMerge(
          Test.processOf(Test.fileOf([Test.written("own", receiver.url)])),
          Test.archive
        )
        yield* Effect.gen(function*() {
          yield* Test.known("own")
          const queue = yield* WebhookQueue
          const lost = { name: Test.nameOf("lost"), url: receiver.url, events: ["*"], isDisabled: false }
          // Another process has it in its file, and has died.
          yield* queue.list([{ ...lost, name: Test.nameOf("own") }, lost])
          yield* Test.tell(1, Date.now() - 90 * MINUTE)
          const oldest = (found: ReadonlyMap<string, number>) => found.get("webhooks_oldest_seconds lost")
          const until = (isSo: (age: number | undefined) => boolean) =>
            Effect.repeat(Effect.delay(series, "100 millis"), { until: (found) => isSo(oldest(found)) })
          const found = yield* until((age) => age !== undefined && age > 5_000)
          assert.strictEqual(found.get("webhooks_waiting lost"), 0)
          yield* queue.hold({ name: "another", leaseMillis: 10_000, asks: false }, [lost.name])
          yield* until((age) => age === undefined)
        }).pipe(Effect.provide(process))
      }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(Test.silent)),
    60_000
  )
})

let wrong: string | undefined
const trouble = () => wrong
