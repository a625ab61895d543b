/** The fold of a partition of events into the archive: where it begins, what it survives, and what it passes over. */
import { assert, describe, it } from "@effect/vitest"
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import * as EventsWorker from "@flash-sale/archive/intake/EventsWorker"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { EventRecord, OwnedEvents } from "@flash-sale/domain/ports/OrderEvents"
import { LogDamaged, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as ArchiveMetrics from "@flash-sale/infra/observability/metrics/ArchiveMetrics"
import * as Readings from "@flash-sale/infra/observability/metrics/reading/Readings"
import { Deferred, Effect, Fiber, Logger, Metric, References } from "effect"
import { TestClock } from "effect/testing"
import { recordOf, sold } from "../Events.ts"
import * as TestWriter from "../TestWriter.ts"

const partition = PartitionId.make(2)

/** A partition of events. `missing` are gone; `failures` of the next takes fail. */
const partitionOf = Effect.fnUntraced(function*(
  records: ReadonlyArray<EventRecord>,
  { missing = [] as ReadonlyArray<number>, start = 0 } = {}
) {
  const revoked = yield* Deferred.make<void>()
  const seen = { sought: [] as Array<number>, committed: [] as Array<number>, failures: 0 }
  let next = 0
  const end = start + records.length
  const owned: OwnedEvents = {
    partition,
    committed: Effect.undefined,
    bounds: Effect.succeed({ start: Offset.make(start), end: Offset.make(end) }),
    seek: (offset) =>
      Effect.sync(() => {
        seen.sought.push(offset)
        next = offset
      }),
    take: (max, wholeFrom = 0) =>
      Effect.suspend((): Effect.Effect<ReadonlyArray<EventRecord>, LogUnavailable | LogDamaged> => {
        if (seen.failures > 0) {
          seen.failures--
          return Effect.fail(new LogUnavailable({ detail: "away" }))
        }
        while (missing.includes(next) && next < wholeFrom) next++
        if (missing.includes(next)) {
          return Effect.fail(new LogDamaged({ partition, offset: Offset.make(next), found: "nothing" }))
        }
        const some: Array<EventRecord> = []
        while (some.length < max && next < end && !missing.includes(next)) some.push(records[next++ - start]!)
        return some.length === 0 ? Effect.never : Effect.succeed(some)
      }),
    commit: (offset) => Effect.sync(() => void seen.committed.push(offset)),
    revoked: Deferred.await(revoked)
  }
  return { owned, seen, revoke: Deferred.succeed(revoked, undefined) }
})

const soldAt = (offset: number) => recordOf(partition, offset, sold(`r-${offset}`, offset), { next: String(offset) })
const many = (count: number, start = 0) => Array.from({ length: count }, (_, n) => soldAt(start + n))

/** Works for this long, then is revoked. Returns the lines that were logged. */
const workFor = Effect.fnUntraced(function*(
  { owned, revoke }: { owned: OwnedEvents; revoke: Effect.Effect<unknown> },
  writer: TestWriter.TestWriter,
  seconds = 30
) {
  const lines: Array<string> = []
  const logger = Logger.make(({ fiber, message }) => {
    lines.push(`${fiber.getRef(References.CurrentLogAnnotations)["event"]}: ${String(message)}`)
  })
  yield* Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(EventsWorker.work(owned))
    yield* TestClock.adjust(`${seconds} seconds`)
    yield* revoke
    yield* Fiber.join(fiber)
  }).pipe(Effect.provide([ArchiveState.layer, writer.layer, Logger.layer([logger])]))
  return lines
})

const idsOf = ({ events }: TestWriter.TestWriter) => [...events.values()].map(({ event }) => event.id)

describe("EventsWorker", () => {
  it.effect("takes everything in, in batches of a bounded size, and the group's offset follows", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(8_201))
      yield* workFor(events, writer)
      assert.strictEqual(writer.events.size, 8_201)
      assert.deepStrictEqual(writer.seen.batches.map((batch) => batch.events.length), [4_000, 4_000, 201])
      assert.strictEqual(events.seen.committed.at(-1), 8_201)
      assert.strictEqual(writer.positions.get("order-events/2")?.told, 8_200)
    }))

  it.effect("goes on at the archive's own position, wherever the group is", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const before = yield* partitionOf(many(10))
      yield* workFor(before, writer)
      const again = yield* partitionOf(many(15))
      yield* workFor(again, writer)
      assert.deepStrictEqual(again.seen.sought, [10])
      assert.strictEqual(writer.events.size, 15)
    }))

  it.effect("an archive that is away is asked until it answers, and nothing is lost or told twice", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(600))
      writer.seen.failures = 7
      writer.seen.lateFailures = 2
      const lines = yield* workFor(events, writer, 120)
      assert.strictEqual(writer.events.size, 600)
      assert.deepStrictEqual(lines.filter((line) => line.startsWith("dependency")), [
        "dependency_down: The archive is away, and what fills it waits: it is away",
        "dependency_up: The archive answers",
        "dependency_down: The archive is away, and what fills it waits: it is away",
        "dependency_up: The archive answers"
      ])
    }))

  it.effect("events that are away are read on from where the archive is", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(600))
      events.seen.failures = 3
      yield* workFor(events, writer)
      assert.strictEqual(writer.events.size, 600)
      assert.deepStrictEqual(events.seen.sought, [0, 0, 0, 0])
    }))

  it.effect("a bug is said, and reading begins anew where the archive is", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(600))
      writer.seen.bugs = 2
      const lines = yield* workFor(events, writer)
      assert.strictEqual(writer.events.size, 600)
      assert.deepStrictEqual(
        lines,
        Array.from(
          { length: 2 },
          () => "internal_error: A background task failed by a bug: archiving the events of partition 2"
        )
      )
    }))

  it.effect("what makes no sense is passed over, with one line for each kind", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const bad = [0, 2, 4].map((offset) => recordOf(partition, offset, "{"))
      const events = yield* partitionOf([bad[0]!, soldAt(1), bad[1]!, soldAt(3), bad[2]!])
      const lines = yield* workFor(events, writer)
      assert.deepStrictEqual(idsOf(writer), ["2-1-3", "2-3-3"])
      assert.strictEqual(
        lines[0],
        "archive_event_unreadable: Event 0 is passed over, and others of its kind: no JSON object with a type"
      )
      // What was passed over may have told of an order.
      assert.deepStrictEqual(writer.seen.batches.map((one) => one.missingBefore), [Offset.make(5)])
      assert.strictEqual(writer.positions.get("order-events/2")?.next, 5)
    }))

  it.effect("what was passed over alone is kept as a gap as soon as anything says how far the log is", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf([soldAt(0), recordOf(partition, 1, "{"), soldAt(2), soldAt(3)])
      const { take } = events.owned
      // Each comes in a batch of its own, as where few orders come.
      yield* workFor({ ...events, owned: { ...events.owned, take: (_, wholeFrom) => take(1, wholeFrom) } }, writer)
      assert.deepStrictEqual(
        writer.seen.batches.map((one) => one.missingBefore),
        [Offset.make(0), undefined, Offset.make(2), undefined]
      )
    }))

  it.effect("events that are missing are said, and those that are there are read on", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(9), { missing: [3, 4, 6] })
      const lines = yield* workFor(events, writer)
      assert.deepStrictEqual(idsOf(writer), [0, 1, 2, 5, 7, 8].map((offset) => `2-${offset}-3`))
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "archive_events_missing: Events from 3 on are missing in partition 2")
    }))

  it.effect("what has gone before it was read is said, and the rest is read", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* workFor(yield* partitionOf(many(4)), writer)
      const lines = yield* workFor(yield* partitionOf(many(3, 9), { start: 9 }), writer)
      assert.strictEqual(writer.events.size, 7)
      assert.include(lines[0], "archive_events_missing: order-events begins at 9 in partition 2, and was read up to 4")
    }))

  it.effect("where something may be missing is kept: nothing of a source that is read from the log's beginning", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const mark = (next: number) =>
        recordOf(partition, 0, CloudEvent.writePosition(partition, next, 0), { next: String(next) })
      yield* workFor(yield* partitionOf([mark(0), ...many(2, 1)]), writer)
      yield* workFor(yield* partitionOf([mark(0), ...many(4, 1)]), writer)
      assert.deepStrictEqual(writer.seen.batches.map((one) => one.missingBefore), [Offset.make(0), undefined])
      const late = TestWriter.make()
      // The engine had worked without events until then.
      const lines = yield* workFor(yield* partitionOf([mark(70), ...many(2, 71)]), late)
      assert.deepStrictEqual(late.seen.batches.map((one) => one.missingBefore), [Offset.make(70)])
      assert.include(lines[0], "archive_incomplete: What was told of records before 70 in partition 2 may be missing")
    }))

  it.effect("where something may be missing is kept: what went before it was read, and what is gone in between", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* workFor(yield* partitionOf(many(4)), writer)
      yield* workFor(yield* partitionOf(many(3, 9), { start: 9 }), writer)
      yield* workFor(yield* partitionOf(many(9, 9), { start: 9, missing: [14] }), writer)
      assert.deepStrictEqual(
        writer.seen.batches.map((one) => one.missingBefore),
        [0, 9, undefined, 15].map((offset) => offset === undefined ? undefined : Offset.make(offset))
      )
      // Read again, all or nothing: an archive that fails forgets no gap.
      const again = TestWriter.make()
      again.seen.failures = 4
      yield* workFor(yield* partitionOf(many(2, 5), { start: 5 }), again)
      assert.deepStrictEqual(again.seen.batches.map((one) => one.missingBefore), [Offset.make(5)])
    }))

  it.effect("a topic that was made anew is read from its start", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* workFor(yield* partitionOf(many(8)), writer)
      const anew = yield* partitionOf([recordOf(partition, 0, sold("other", 99))])
      const lines = yield* workFor(anew, writer)
      assert.include(idsOf(writer), "2-99-3")
      assert.include(lines[0], "archive_source_replaced: order-events ends at 1 in partition 2, and was read up to 8")
    }))

  it.effect("a topic that was made anew is read on where it was read to, also once it is longer", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* workFor(yield* partitionOf(many(8)), writer)
      // All or nothing, and asked again.
      writer.seen.failures = 1
      yield* workFor(yield* partitionOf(many(6)), writer)
      assert.deepStrictEqual(writer.positions.get("order-events/2"), { next: Offset.make(6), told: Offset.make(5) })
      const longer = yield* partitionOf(many(12))
      yield* workFor(longer, writer)
      assert.deepStrictEqual(longer.seen.sought, [6])
      assert.strictEqual(writer.events.size, 12)
    }))

  it.effect("a topic that is made anew while it is read is read from its start", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const events = yield* partitionOf(many(8))
      let isAnew = false
      const other = yield* partitionOf([0, 1, 2].map((offset) => recordOf(partition, offset, "{}")))
      const now = () => isAnew ? other.owned : events.owned
      const owned: OwnedEvents = {
        ...events.owned,
        bounds: Effect.suspend(() => now().bounds),
        seek: (offset) => now().seek(offset),
        take: (max, wholeFrom) =>
          Effect.suspend(() => {
            if (isAnew || writer.events.size < 8) return now().take(max, wholeFrom)
            isAnew = true
            return Effect.fail(new LogDamaged({ partition, offset: Offset.make(8), found: "nothing" }))
          })
      }
      const lines = yield* workFor({ owned, revoke: events.revoke }, writer)
      assert.deepStrictEqual(other.seen.sought, [0])
      assert.include(lines[0], "archive_source_replaced: order-events ends at 3 in partition 2, and was read up to 8")
      assert.strictEqual(writer.positions.get("order-events/2")?.next, 3)
    }))

  it.effect("the gauges say how far behind it is, and whether the archive answers", () =>
    Effect.gen(function*() {
      const shown = Effect.map(
        Readings.read(new Set(ArchiveMetrics.all.map(({ id }) => id))),
        ({ total }) => ({
          lag: total("archive_lag_seconds"),
          events: total("archive_events_total"),
          unreadable: total("archive_events_unreadable_total"),
          up: total("archive_up")
        })
      )
      const writer = TestWriter.make()
      const { owned, revoke } = yield* partitionOf([...many(3), recordOf(partition, 3, "{")])
      yield* Effect.gen(function*() {
        assert.deepStrictEqual(yield* shown, { lag: 0, events: 0, unreadable: 0, up: 0 })
        writer.seen.failures = 4
        const fiber = yield* Effect.forkChild(EventsWorker.work(owned))
        yield* TestClock.adjust("200 millis")
        assert.strictEqual((yield* shown).up, 0)
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* shown, { lag: 0, events: 3, unreadable: 1, up: 1 })
        yield* revoke
        yield* Fiber.join(fiber)
      }).pipe(
        Effect.provide([ArchiveState.layer, writer.layer, Logger.layer([])]),
        Effect.provideService(Metric.MetricRegistry, new Map())
      )
    }))
})
