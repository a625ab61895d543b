/** What a processor reports of its backlog, and how it reckons its pace. */
import { assert, describe, it } from "@effect/vitest"
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as BacklogReporter from "@flash-sale/processor/partition/BacklogReporter"
import * as FoldRate from "@flash-sale/processor/partition/FoldRate"
import * as OffsetTracker from "@flash-sale/processor/run/OffsetTracker"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

const partition = PartitionId.make(3)
const record = { partition, timestamp: 0, key: "101", value: new Uint8Array(0), headers: {} }
describe("The pace of a fold", () => {
  it("is what it did while it had work, and no less than what it did at any time", () => {
    assert.strictEqual(FoldRate.next(0, { records: 0, millis: 250, isBusy: true }), 0)
    assert.strictEqual(FoldRate.next(0, { records: 1, millis: 250, isBusy: false }), 0)
    assert.strictEqual(FoldRate.next(0, { records: 100, millis: 250, isBusy: true }), 400)
    assert.strictEqual(FoldRate.next(400, { records: 10, millis: 250, isBusy: false }), 400)
    assert.strictEqual(FoldRate.next(400, { records: 200, millis: 250, isBusy: false }), 800)
    assert.strictEqual(FoldRate.next(1_000, { records: 125, millis: 250, isBusy: true }), 900)
  })

  it("is not forgotten while the fold does nothing", () => {
    assert.strictEqual(FoldRate.next(400, { records: 0, millis: 250, isBusy: true }), 400)
  })
})

describe("The teller", () => {
  it.effect("reports how far the fold is once it has recovered, and only news", () =>
    Effect.gen(function*() {
      const reported: Array<Backlog> = []
      const folding = OffsetTracker.make(10)
      let isRecovered = false
      const taken: Array<LogRecord> = []
      const report = yield* BacklogReporter.make({
        partition,
        folding,
        lastTaken: () => taken.at(-1),
        isRecovered: () => isRecovered
      }).pipe(Effect.provideService(Backlogs, {
        publish: (_, backlog) => Effect.sync(() => void reported.push(backlog)),
        read: Effect.succeed(new Map())
      }))
      const fold = (from: number, until: number) => {
        for (let offset = from; offset < until; offset++) folding.done(offset)
      }
      yield* report
      assert.deepStrictEqual(reported, [])
      isRecovered = true
      for (let offset = 10; offset < 200; offset++) folding.begin(offset)
      // It was appended at the beginning, so from the first look on the fold is behind.
      taken.push({ ...record, offset: Offset.make(199) })
      yield* TestClock.adjust("500 millis")
      yield* report
      assert.deepStrictEqual(reported, [{ folded: 10, perSecond: 0 }])
      yield* TestClock.adjust("500 millis")
      fold(10, 60)
      yield* report
      assert.deepStrictEqual(reported.at(-1), { folded: 60, perSecond: 100 })
      yield* report
      assert.strictEqual(reported.length, 2)
      yield* TestClock.adjust("500 millis")
      fold(60, 200)
      yield* report
      assert.deepStrictEqual(reported.at(-1), { folded: 200, perSecond: 280 })
    }))
})
