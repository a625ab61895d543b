/** The last quarter of an hour: how much is kept of it, and what it has where nobody could tell. */
import { assert, describe, it } from "@effect/vitest"
import * as OverviewHistory from "@flash-sale/admin/overview/OverviewHistory"
import { OverviewReads } from "@flash-sale/admin/overview/OverviewReads"
import { OverviewNow } from "@flash-sale/domain/api/admin/AdminOverview"
import * as OverviewExamples from "@flash-sale/domain/api/admin/OverviewExamples"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Clock, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"

const example = Schema.decodeSync(OverviewNow)(OverviewExamples.EXAMPLES.OverviewNow)

/** An engine that receives as many orders a second as it is seconds old, and is away as a test says. */
const world = { isAway: false, isSilent: false }
const reads = Layer.succeed(OverviewReads, {
  reports: Effect.succeed([]),
  now: Effect.suspend(() => {
    if (world.isSilent) return Effect.never
    if (world.isAway) return new StoreUnavailable({ detail: "away" })
    return Effect.map(Clock.currentTimeMillis, (millis) => ({
      ...example,
      now: new Date(millis).toISOString(),
      gateways: { ...example.gateways, received_per_second: millis / 1_000 }
    }))
  })
})
const history = OverviewHistory.layer.pipe(Layer.provide(reads))

const received = Effect.map(
  OverviewHistory.OverviewHistory,
  ({ samples }) => samples().map(({ received_per_second }) => received_per_second)
)

describe("the overview's history", () => {
  it.effect("has a sample each 5 s, of 15 minutes and no more", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(yield* received, [0, 5, 10])
      yield* TestClock.adjust("20 minutes")
      const all = yield* received
      assert.lengthOf(all, OverviewHistory.MAX_SAMPLES)
      assert.strictEqual(all.at(-1)! - all[0]!, 15 * 60 - 5)
    }).pipe(Effect.provide(history)))

  it.effect("has none of moments at which the store is away or silent, and goes on afterwards", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("6 seconds")
      world.isAway = true
      yield* TestClock.adjust("10 seconds")
      world.isAway = false
      world.isSilent = true
      yield* TestClock.adjust("10 seconds")
      world.isSilent = false
      yield* TestClock.adjust("20 seconds")
      const seen = yield* received
      assert.deepStrictEqual(seen.slice(0, 2), [0, 5])
      assert.isAtLeast(seen.length, 4)
      assert.isAbove(seen[2]!, 25)
    }).pipe(Effect.provide(history)))

  it("a sample is what the overview says", () => {
    assert.deepEqual(OverviewHistory.sampleOf(example), OverviewExamples.EXAMPLES.OverviewSample)
  })
})
