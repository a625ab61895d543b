/** The rebuild of an archive from the log, against what the log tells. */
import { assert, describe, it } from "@effect/vitest"
import * as Rebuild from "@flash-sale/archive/rebuild/Rebuild"
import type { TurnedAway } from "@flash-sale/domain/events/EventsOf"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"
import { batch } from "../../contract/archive/Telling.ts"
import * as Histories from "../../domain/Histories.ts"
import * as LogOracle from "../LogOracle.ts"
import * as TestLog from "../TestLog.ts"
import * as TestWriter from "../TestWriter.ts"
import { type ItemCommand, type Log, place, rebuild, settle, stock, takenIn } from "./Rebuilding.ts"

const { PARTITIONS, partition } = TestLog

/** As whoever fills the archive takes in what processors have told of the log. */
const consume = (writer: TestWriter.TestWriter, log: Log, turnedAway: TurnedAway = "told") =>
  Effect.gen(function*() {
    const { record } = yield* ArchiveWriter
    const events = LogOracle.told(log, PARTITIONS, turnedAway).map(({ event }) => takenIn(event))
    yield* record(batch(events, { partition }))
  }).pipe(Effect.provide(writer.layer))

/** Each event with its order, its type and the record that told it, and what it counts. */
const contentOf = ({ events }: TestWriter.TestWriter) =>
  [...events.keys()].map((name) => {
    const { event } = events.get(name)!
    const counts = event.type === "item.refused" ? [JSON.stringify(event.data.refused)] : []
    return [name, event.type, event.sequence, ...counts].join(" ")
  }).toSorted()

const consumed = (log: Log, turnedAway: TurnedAway = "told") =>
  Effect.gen(function*() {
    const writer = TestWriter.make()
    yield* consume(writer, log, turnedAway)
    return writer
  })

const isEncodable = (command: { readonly _tag: string }): command is TestLog.Encodable => command._tag !== "Unreadable"

/** A history of two items in one partition. */
const logs = Effect.map(
  Histories.histories("rebuilds", 50, 40),
  (histories) =>
    histories.map((history, n) =>
      TestLog.recordsOf(
        history.flatMap(({ command }, at) =>
          isEncodable(command) ? [[(n + at) % 3 === 0 && at > 0 ? "102" : "101", command] as const] : []
        )
      )
    )
)

const orders = (...names: ReadonlyArray<string>) =>
  names.flatMap((name) => [place("101", name), settle("101", name, "paid")])
const plenty = stock("101", 100)

describe("the rebuild of an archive", () => {
  it.effect("an empty archive becomes what one is that has read all that was told", () =>
    Effect.gen(function*() {
      for (const log of yield* logs) {
        for (const turnedAway of ["told", "counted"] as const) {
          const writer = TestWriter.make()
          const { deleted, told } = yield* rebuild(writer, log, { turnedAway })
          assert.deepStrictEqual(contentOf(writer), contentOf(yield* consumed(log, turnedAway)))
          assert.isAtLeast(told, writer.events.size)
          assert.strictEqual(deleted, 0)
          assert.strictEqual(writer.rebuilt.get(partition), log.at(-1)!.offset + 1)
        }
      }
    }))

  it.effect("a second one changes nothing, and orders that were turned away stay where they are told no more", () =>
    Effect.gen(function*() {
      for (const log of yield* logs) {
        const writer = yield* consumed(log)
        const before = contentOf(writer)
        for (const turnedAway of ["counted", "told"] as const) {
          const { deleted } = yield* rebuild(writer, log, { turnedAway })
          assert.strictEqual(deleted, 0)
          assert.deepStrictEqual(contentOf(writer), before)
        }
      }
    }))

  it.effect("what a log has lost at its end is deleted, and what is written in its place is told", () =>
    Effect.gen(function*() {
      const all = yield* logs
      for (const [n, log] of all.entries()) {
        const cut = Math.floor(log.length / 2)
        const other = all[(n + 1) % all.length]!
        const replaced = [
          ...log.slice(0, cut),
          ...other.slice(cut, cut + 20).map((record, at) => Object.assign({}, record, { offset: cut + at }))
        ] as Log
        for (const now of [log.slice(0, cut), replaced]) {
          const writer = yield* consumed(log)
          yield* rebuild(writer, now)
          const expected = yield* consumed(now)
          assert.deepStrictEqual(contentOf(writer), contentOf(expected))
        }
      }
    }))

  it.effect("another order under the same place of the log takes the place of the one that is lost", () =>
    Effect.gen(function*() {
      const writer = yield* consumed(TestLog.recordsOf([plenty, ...orders("lost")]))
      const { deleted } = yield* rebuild(writer, TestLog.recordsOf([plenty, ...orders("found")]))
      assert.strictEqual(deleted, 1)
      const told = [...writer.events.values()].flatMap(({ event: { data } }) =>
        "requestId" in data ? data.requestId : []
      )
      assert.deepStrictEqual(told, ["found"])
    }))

  it.effect("the end of an order that is told at another record than before is kept, whatever is lost", () =>
    Effect.gen(function*() {
      const kept = [plenty, place("101", "a")]
      const filler = orders("b", "c", "d", "e")
      const lost = TestLog.recordsOf([...kept, ...filler, settle("101", "a", "declined")])
      const now = TestLog.recordsOf([...kept, settle("101", "a", "paid"), ...filler])
      // All of the log at once, record by record, and a log that ends before what was told.
      for (const [size, log] of [[50, now], [1, now], [1, now.slice(0, 4)]] as const) {
        const writer = yield* consumed(lost)
        // Who fills the archive passes it over: there is one under its id.
        yield* consume(writer, log)
        yield* rebuild(writer, log, { size, turnedAway: "counted" })
        assert.deepStrictEqual(contentOf(writer), contentOf(yield* consumed(log)))
        assert.strictEqual((yield* rebuild(writer, log)).deleted, 0)
      }
    }))

  it.effect("what a record tells of others is told, whichever order it names that was turned away", () =>
    Effect.gen(function*() {
      const names = [{ item: "away", attempt: 2 }, { item: "a", attempt: 1 }]
      const both = Command.Settle({
        settlements: names.map(({ attempt, item }) => ({ requestId: RequestId.make(item), attempt, outcome: "paid" }))
      })
      const log = TestLog.recordsOf([
        stock("101", 1),
        place("101", "a"),
        place("101", "away"),
        ["101", both as TestLog.Encodable]
      ])
      const writer = TestWriter.make()
      yield* rebuild(writer, log, { turnedAway: "counted" })
      assert.deepStrictEqual(contentOf(writer), contentOf(yield* consumed(log, "counted")))
      assert.include(contentOf(writer).join(), "order.completed")
    }))

  it.effect("the first telling counts, also where only a later one of the same step was read", () =>
    Effect.gen(function*() {
      const adjusted = stock("101", 100, "again")
      const log = TestLog.recordsOf([plenty, adjusted, ...orders("a"), adjusted, ...orders("b"), adjusted])
      const later = yield* consumed(TestLog.recordsOf([plenty, adjusted]).slice(0, 1))
      const [event] = LogOracle.told(log.slice(6), PARTITIONS, "told").map((one) => one.event)
      const read = Effect.flatMap(ArchiveWriter, ({ record }) => record(batch([takenIn(event!)], { partition })))
      yield* Effect.provide(read, later.layer)
      for (const size of [1, 3, 50]) {
        const { deleted } = yield* rebuild(later, log, { size })
        assert.strictEqual(deleted, size === 1 ? 1 : 0)
        yield* Effect.provide(read, later.layer)
        assert.deepStrictEqual(contentOf(later), contentOf(yield* consumed(log)))
      }
    }))

  it.effect("of an item whose rules it does not know it leaves what others have told, and says it is not whole", () =>
    Effect.gen(function*() {
      const before = orders("a")
      const after = orders("b")
      const log = TestLog.recordsOf([plenty, ...before, ["101", Command.Rules({ version: 99 })], ...after])
      // A later build has told all of it.
      const known = TestLog.recordsOf([plenty, ...before, ["101", Command.Rules({ version: 2 })], ...after])
      const writer = yield* consumed(known)
      const told = contentOf(writer)
      const { deleted, stopped } = yield* rebuild(writer, log)
      assert.strictEqual(deleted, 0)
      assert.include(stopped[0], "item 101 stands still at offset 4")
      assert.deepStrictEqual(contentOf(writer), told)
      assert.isFalse(writer.rebuilt.has(partition))
    }))

  it.effect("what is told while it is at work stays", () =>
    Effect.gen(function*() {
      const log = TestLog.recordsOf([plenty, ...orders("a", "b", "c")])
      // Behind what is read at first: "c" was told already, and "b" is in the log that there is in the end.
      const writer = yield* consumed(log)
      let asked = 0
      const { deleted, end } = yield* rebuild(writer, () => asked++ === 0 ? log.slice(0, 3) : log)
      assert.strictEqual(deleted, 0)
      assert.strictEqual(end, log.length)
      assert.deepStrictEqual(contentOf(writer), contentOf(yield* consumed(log)))
    }))

  it.effect("of a log that was trimmed what is older stays, and all else where the log is not accepted", () =>
    Effect.gen(function*() {
      const log = TestLog.recordsOf([plenty, ...orders("a", "b", "c", "d")])
      // "b" is placed before the log's beginning, and paid behind it. Without the stock nothing is sold.
      const trimmed = log.slice(4)
      const writer = yield* consumed(log)
      const before = contentOf(writer)
      const alone = yield* rebuild(writer, trimmed)
      assert.isTrue(alone.isLeftAlone)
      // Of what is before its beginning it says nothing.
      assert.isFalse(writer.rebuilt.has(partition))
      assert.strictEqual(alone.deleted, 0)
      assert.deepStrictEqual(contentOf(writer), before)
      const accepted = yield* rebuild(writer, trimmed, { fromStart: true, turnedAway: "counted" })
      assert.strictEqual(accepted.deleted, 2)
      assert.deepStrictEqual(
        [...writer.events.values()].map(({ event: { data, type } }) => "requestId" in data ? data.requestId : type),
        ["item.adjusted", "a", "b", "item.refused"]
      )
    }))

  it.effect("of a log that was trimmed it is kept who gave back what was placed before, and not what nobody did", () =>
    Effect.gen(function*() {
      const refund = (name: string): ItemCommand => [
        "101",
        Command.Refund({
          requestId: RequestId.make(name),
          attempt: 1,
          restock: true,
          correlationId: CorrelationId.make("c")
        })
      ]
      const rules: ItemCommand = ["101", Command.Rules({ version: 2 })]
      const sold = [plenty, rules, ...orders("a", "b")]
      const log = TestLog.recordsOf([...sold, refund("a"), refund("b"), settle("101", "a", "voided")])
      const asked = ({ events }: TestWriter.TestWriter) =>
        [...events.values()].flatMap(({ event: { data, type } }) =>
          type === "order.refund_requested" ? [data.requestId] : []
        )
      const trimmed = yield* consumed(log)
      yield* rebuild(trimmed, log.slice(sold.length), { fromStart: true })
      assert.deepStrictEqual(asked(trimmed), ["a", "b"])
      const lost = yield* consumed(log)
      yield* rebuild(lost, log.slice(0, sold.length + 1))
      assert.deepStrictEqual(asked(lost), ["a"])
    }))

  it.live("an archive that is away for a moment is asked again", () =>
    Effect.gen(function*() {
      const log = TestLog.recordsOf([plenty, ...orders("a", "b")])
      const writer = TestWriter.make()
      writer.seen.failures = 3
      const { deleted } = yield* rebuild(writer, log)
      assert.strictEqual(deleted, 0)
      assert.deepStrictEqual(contentOf(writer), contentOf(yield* consumed(log)))
    }))
})

describe("an archive of a log that has become shorter", () => {
  const events = "order-events/0"
  const log = TestLog.recordsOf([plenty, ...orders("a", "b")])
  const readUpTo = (writer: TestWriter.TestWriter, next: number, told: number) =>
    Effect.flatMap(
      ArchiveWriter,
      ({ record }) => record(batch([], { partition, next: Offset.make(next), told: Offset.make(told) }))
    ).pipe(
      Effect.provide(writer.layer)
    )

  it.effect("has read as much as was rebuilt, and what was told of the one before counts no more", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* readUpTo(writer, 70, 900)
      yield* rebuild(writer, log)
      assert.deepStrictEqual(writer.positions.get(events), { next: Offset.make(70), told: Offset.make(log.length) })
      // It goes on, and the archive reads ahead of a rebuild.
      yield* readUpTo(writer, 71, log.length + 3)
      yield* rebuild(writer, [...log, ...TestLog.recordsOf(orders("c", "d"), log.length)])
      assert.strictEqual(writer.positions.get(events)?.told, log.length + 4)
    }))

  it.effect("has read what it has read of records that come while the rebuild is at work", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      yield* readUpTo(writer, 70, 4)
      // The log's end is asked for, and then the archive reads of a record behind that.
      let asked = 0
      const now = () => {
        if (asked++ === 0) return log.slice(0, 3)
        writer.positions.set(events, { next: Offset.make(71), told: Offset.make(log.length) })
        return log
      }
      const { end } = yield* rebuild(writer, now)
      assert.strictEqual(end, log.length)
      assert.strictEqual(writer.positions.get(events)?.told, log.length)
    }))

  it.effect("may still read of the one before where it had not read all that was told, whatever that says", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const behind = (end: number, start = 0) =>
        Rebuild.behind([partition]).pipe(Effect.provide([
          writer.layer,
          Layer.mock(OrderEvents, {
            bounds: () => Effect.succeed({ start: Offset.make(start), end: Offset.make(end) })
          })
        ]))
      assert.deepStrictEqual([yield* behind(0), yield* behind(9, 9), yield* behind(9)], [[], [], [partition]])
      yield* readUpTo(writer, 70, 900)
      assert.deepStrictEqual(yield* behind(70), [])
      // Of the log that goes on less is told than was of the one before; and another topic is not read yet.
      assert.deepStrictEqual([yield* behind(71), yield* behind(5)], [[partition], [partition]])
    }))
})
