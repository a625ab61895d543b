/** A log whose beginning is gone, as an operator accepted: a quiet refold hands on what comes behind its end. */
import { assert, describe, it } from "@effect/vitest"
import type { OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as CatchUp from "@flash-sale/processor/partition/CatchUp"
import { INTAKE_BATCH } from "@flash-sale/processor/partition/Intake"
import type { Router } from "@flash-sale/processor/partition/Router"
import * as OffsetTracker from "@flash-sale/processor/run/OffsetTracker"
import type { PartitionRun } from "@flash-sale/processor/run/PartitionRun"
import { Effect, Ref } from "effect"

/** The log's end at the start. From half-way to far beyond it no record is left. */
const UNTIL = 10
const HALF_WAY = 5
const WHOLE_FROM = 1_000
const partition = PartitionId.make(1)

/** Of no item: a quiet refold leaves it out. */
const record = (offset: number): LogRecord => ({
  partition,
  offset: Offset.make(offset),
  timestamp: 0,
  key: undefined,
  value: new Uint8Array(),
  headers: {}
})

const from = (offset: number, count: number) => Array.from({ length: count }, (_, n) => record(offset + n))

/** A quiet refold of such a log. What is routed begins after a yield, and is final at once. */
const refolded = Effect.fnUntraced(function*(beyond: number) {
  const takes = [from(0, HALF_WAY), from(WHOLE_FROM, beyond)]
  const [folding, settling] = [OffsetTracker.make(0), OffsetTracker.make(0)]
  const before: Array<{ readonly first: number; readonly folded: number; readonly settled: number }> = []
  const steps = yield* Ref.make(0)
  const route: Router["route"] = Effect.fnUntraced(function*(records) {
    yield* Effect.yieldNow
    before.push({ first: records[0]!.offset, folded: folding.next(), settled: settling.next() })
    for (const { offset } of records) {
      for (const tracker of [folding, settling]) {
        tracker.begin(offset)
        tracker.done(offset)
      }
    }
  })
  yield* CatchUp.foldQuietly({
    from: 0,
    partitions: 2,
    wholeFrom: WHOLE_FROM,
    onTaken: () => {},
    owned: { partition, take: () => Effect.sync(() => takes.shift() ?? []) } as unknown as OwnedPartition,
    router: { holds: { took: () => {} }, route } as unknown as Router,
    run: { partition, publishFrom: UNTIL, tellFrom: UNTIL, until: UNTIL, folding, settling } as PartitionRun,
    budget: undefined as never
  }, Ref.update(steps, (made) => made + 1))
  return { before, folding, settling, steps: yield* Ref.get(steps) }
}, Effect.scoped)

describe("A quiet refold of a log with a hole", () => {
  it.effect("counts nothing as folded or final before it was handed on", () =>
    Effect.gen(function*() {
      const { before, folding, settling } = yield* refolded(3)
      assert.deepStrictEqual(before, [{ first: WHOLE_FROM, folded: UNTIL, settled: UNTIL }])
      assert.deepStrictEqual([folding.next(), settling.next()], [WHOLE_FROM + 3, WHOLE_FROM + 3])
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it.effect("reports a step for each part that it hands on, as others may wait for its place", () =>
    Effect.gen(function*() {
      const { before, steps } = yield* refolded(INTAKE_BATCH + 1)
      assert.deepStrictEqual(before.map(({ first }) => first), [WHOLE_FROM, WHOLE_FROM + INTAKE_BATCH])
      assert.strictEqual(before[1]!.settled, WHOLE_FROM + INTAKE_BATCH)
      // One for what was folded quietly, and one for each part.
      assert.strictEqual(steps, 1 + before.length)
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))
})
