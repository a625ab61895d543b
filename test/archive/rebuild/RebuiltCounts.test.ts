/** The running counts of orders turned away, as a rebuild tells them. */
import { assert, describe, it } from "@effect/vitest"
import * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Effect } from "effect"
import { batch } from "../../contract/archive/Telling.ts"
import * as TestLog from "../TestLog.ts"
import * as TestWriter from "../TestWriter.ts"
import { place, rebuild, stock, takenIn } from "./Rebuilding.ts"

const { partition, recordsOf } = TestLog

/** Counts as a processor has told them. */
const toldBefore = (writer: TestWriter.TestWriter, item: string, position: number, refused: Record<string, number>) =>
  Effect.gen(function*() {
    const { record } = yield* ArchiveWriter
    const count = { itemId: ItemId.make(item), position, time: 1_000 + position, refused }
    yield* record(batch([takenIn(RefusedEvents.of(partition, count))], { partition }))
  }).pipe(Effect.provide(writer.layer))

/** Id, place and data of each count. */
const countsOf = ({ events }: TestWriter.TestWriter) =>
  [...events.values()].flatMap(({ event }) =>
    event.type === "item.refused" ? [[event.id, event.sequence, event.data.refused]] : []
  )

/** Item 101 sells its only unit to "a", turns "b" and "c" away and is stocked again. */
const log = recordsOf([
  stock("101", 1),
  place("101", "a"),
  place("101", "b"),
  place("101", "c"),
  stock("102", 1, "other"),
  stock("101", 5, "again")
])

describe("the counts of orders turned away", () => {
  for (const turnedAway of ["told", "counted"] as const) {
    it.effect(`are told for each item that has some, as of its last record, where orders are ${turnedAway}`, () =>
      Effect.gen(function*() {
        const writer = TestWriter.make()
        yield* rebuild(writer, log, { turnedAway })
        assert.deepStrictEqual(countsOf(writer), [["0-5-refused:101", "5", { sold_out: 2 }]])
        const { event } = [...writer.events.values()].find(({ event: { type } }) => type === "item.refused")!
        assert.strictEqual(event.time, new Date(log[5]!.timestamp).toISOString())
      }))
  }

  it.effect("that were told on the way are explained, and the last ones count", () =>
    Effect.gen(function*() {
      for (const at of [2, 3, 5]) {
        const writer = TestWriter.make()
        yield* toldBefore(writer, "101", at, { sold_out: at === 2 ? 1 : 2 })
        const { deleted } = yield* rebuild(writer, log)
        assert.strictEqual(deleted, 0, `told at ${at}`)
        assert.deepStrictEqual(countsOf(writer), [["0-5-refused:101", "5", { sold_out: 2 }]])
      }
    }))

  it.effect("that are told behind its end while it is at work stay", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* toldBefore(writer, "101", 3, { sold_out: 2 })
      let asked = 0
      const { deleted } = yield* rebuild(writer, () => asked++ === 0 ? log.slice(0, 3) : log.slice(0, 4))
      assert.strictEqual(deleted, 0)
      assert.deepStrictEqual(countsOf(writer), [["0-3-refused:101", "3", { sold_out: 2 }]])
    }))

  it.effect("at or behind the end of a log that was cut are deleted, and those of the log count", () =>
    Effect.gen(function*() {
      const cut = log.slice(0, 3)
      for (const at of [3, 400]) {
        const writer = TestWriter.make()
        yield* toldBefore(writer, "101", at, { sold_out: 70 })
        yield* toldBefore(writer, "102", at, { sold_out: 7 })
        const { deleted } = yield* rebuild(writer, cut)
        assert.strictEqual(deleted, 2, `told at ${at}`)
        assert.deepStrictEqual(countsOf(writer), [["0-2-refused:101", "2", { sold_out: 1 }]])
      }
    }))

  it.effect("of records that others have taken the place of do not count", () =>
    Effect.gen(function*() {
      const replaced: ReadonlyArray<LogRecord> = recordsOf([
        stock("101", 1),
        place("101", "a"),
        place("101", "b"),
        stock("102", 9, "other"),
        place("102", "d"),
        stock("102", 5, "again")
      ])
      const writer = TestWriter.make()
      yield* toldBefore(writer, "101", 4, { sold_out: 70 })
      yield* toldBefore(writer, "102", 3, { sold_out: 7 })
      const { deleted } = yield* rebuild(writer, replaced)
      assert.strictEqual(deleted, 2)
      assert.deepStrictEqual(countsOf(writer), [["0-2-refused:101", "2", { sold_out: 1 }]])
    }))

  it.effect("of a log that was trimmed stay as they are, until its beginning is accepted", () =>
    Effect.gen(function*() {
      const trimmed = log.slice(3)
      const writer = TestWriter.make()
      yield* toldBefore(writer, "101", 3, { sold_out: 2 })
      const before = countsOf(writer)
      yield* rebuild(writer, trimmed)
      assert.deepStrictEqual(countsOf(writer), before)
      yield* rebuild(writer, trimmed, { fromStart: true })
      assert.deepStrictEqual(countsOf(writer), [["0-5-refused:101", "5", { sold_out: 1 }]])
    }))
})
