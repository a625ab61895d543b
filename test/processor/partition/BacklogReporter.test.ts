/** What a processor publishes of its backlog. */
import { assert, describe, it } from "@effect/vitest"
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as BacklogReporter from "@flash-sale/processor/partition/BacklogReporter"
import * as OffsetTracker from "@flash-sale/processor/run/OffsetTracker"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

const partition = PartitionId.make(3)
const record = { partition, timestamp: 0, key: "101", value: new Uint8Array(0), headers: {} }

describe("BacklogReporter", () => {
  it.effect("the backlog is published once the partition has recovered, and when it changed", () =>
    Effect.gen(function*() {
      const published: Array<Backlog> = []
      const folding = OffsetTracker.make(10)
      const settling = OffsetTracker.make(10)
      let isRecovered = false
      const taken: Array<LogRecord> = []
      const report = yield* BacklogReporter.make({
        partition,
        folding,
        settling,
        lastTaken: () => taken.at(-1),
        isRecovered: () => isRecovered
      }).pipe(Effect.provideService(Backlogs, {
        publish: (_, backlog) => Effect.sync(() => void published.push(backlog)),
        read: Effect.succeed(new Map())
      }))
      const fold = (from: number, until: number) => {
        for (let offset = from; offset < until; offset++) folding.done(offset)
      }
      yield* report
      assert.deepStrictEqual(published, [])
      isRecovered = true
      for (let offset = 10; offset < 200; offset++) folding.begin(offset)
      // It was appended at the beginning, so from the first report on the fold is behind.
      taken.push({ ...record, offset: Offset.make(199) })
      yield* TestClock.adjust("500 millis")
      yield* report
      assert.deepStrictEqual(published, [{ folded: 10, settled: 10, perSecond: 0, rules: RULES_VERSION }])
      yield* TestClock.adjust("500 millis")
      fold(10, 60)
      yield* report
      assert.deepStrictEqual(published.at(-1), { folded: 60, settled: 10, perSecond: 100, rules: RULES_VERSION })
      yield* report
      assert.strictEqual(published.length, 2)
      yield* TestClock.adjust("500 millis")
      fold(60, 200)
      yield* report
      assert.deepStrictEqual(published.at(-1), { folded: 200, settled: 10, perSecond: 280, rules: RULES_VERSION })
      assert.strictEqual(published.length, 3)
      settling.skipTo(150)
      yield* report
      assert.deepStrictEqual(published.at(-1), { folded: 200, settled: 150, perSecond: 280, rules: RULES_VERSION })
      // A predecessor may have had the last word.
      yield* TestClock.adjust("10 seconds")
      yield* report
      assert.strictEqual(published.length, 5)
    }))

  it.effect("what is known is published again after a while, as the store may have lost it", () =>
    Effect.gen(function*() {
      let published = 0
      const report = yield* BacklogReporter.make({
        partition,
        folding: OffsetTracker.make(10),
        settling: OffsetTracker.make(10),
        lastTaken: () => undefined,
        isRecovered: () => true
      }).pipe(Effect.provideService(Backlogs, {
        publish: () => Effect.sync(() => void published++),
        read: Effect.succeed(new Map())
      }))
      yield* report
      yield* TestClock.adjust(BacklogReporter.PUBLISH_AGAIN_AFTER - 1)
      yield* report
      assert.strictEqual(published, 1)
      yield* TestClock.adjust(1)
      yield* report
      assert.strictEqual(published, 2)
      yield* report
      assert.strictEqual(published, 2)
    }))
})
