/** The rebuild of an archive from the log, against what the log tells. */
import { assert, describe, it } from "@effect/vitest"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { TurnedAway } from "@flash-sale/domain/events/EventsOf"
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import { Effect, Result } from "effect"
import * as Histories from "../../domain/Histories.ts"
import * as LogOracle from "../LogOracle.ts"
import * as TestLog from "../TestLog.ts"
import * as TestWriter from "../TestWriter.ts"
import { type ItemCommand, type Log, place, rebuild, settle, stock } from "./Rebuilding.ts"

const { PARTITIONS, partition } = TestLog

/** As whoever fills the archive takes in what processors have told of the log. */
const consume = (writer: TestWriter.TestWriter, log: Log, turnedAway: TurnedAway = "told") =>
  Effect.gen(function*() {
    const { add } = yield* ArchiveWriter
    const events = LogOracle.told(log, PARTITIONS, turnedAway).map(({ event }) => {
      const text = CloudEvent.write(event)
      return { event: Result.getOrThrow(CloudEvent.read(text)), text }
    })
    yield* add(partition, events)
  }).pipe(Effect.provide(writer.layer))

/** Each event with its order, its type and the record that told it, and what it counts. */
const contentOf = ({ events }: TestWriter.TestWriter) =>
  [...events.keys()].map((name) => {
    const { event } = events.get(name)!
    const counts = event.type === "item.refused" ? [JSON.stringify(event.data.refused)] : []
    return [name, event.type, event.sequence, ...counts].join(" ")
  }).toSorted()

const countsOf = (writer: TestWriter.TestWriter) => contentOf(writer).filter((line) => line.includes("item.refused"))

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
          const names = (one: TestWriter.TestWriter) => [...one.events.keys()].toSorted()
          assert.deepStrictEqual(names(writer), names(expected))
          assert.deepStrictEqual(countsOf(writer), countsOf(expected))
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
