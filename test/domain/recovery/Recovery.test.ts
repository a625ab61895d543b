/** What a recovery asks of store and log, in which order, and under which epoch it folds. */
import { assert, describe, it } from "@effect/vitest"
import { LogDamaged } from "@flash-sale/domain/ports/OrderLog"
import { type AcceptedLog, type Mark, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Recovery from "@flash-sale/domain/recovery/Recovery"
import { Effect } from "effect"

const PARTITION = PartitionId.make(3)

const recordAt = (offset: number, key: string): LogRecord => ({
  partition: PARTITION,
  offset: Offset.make(offset),
  timestamp: 0,
  key: undefined,
  value: new TextEncoder().encode(key),
  headers: {}
})

interface Known {
  readonly mark?: Mark
  readonly accepted?: AcceptedLog
  /** The epoch of a recovery that was begun. */
  readonly begun?: string
  readonly end?: number
  readonly damage?: LogDamaged
  readonly told?: number
}

/** Store and log that know this, and what was asked of them. */
const make = ({ accepted, begun, damage, end = 10, mark, told }: Known) => {
  const asked: Array<string> = []
  const ask = <A>(what: string, answer: A) =>
    Effect.sync(() => {
      asked.push(what)
      return answer
    })
  const marks = RecoveryMarks.of({
    read: () => ask("mark", mark),
    accepted: () => ask("accepted", accepted),
    begin: (_, epoch) => ask("begin", begun ?? epoch),
    complete: () => Effect.die("nothing is completed"),
    checkpoint: () => Effect.die("nothing is moved"),
    session: Effect.succeed(1)
  })
  const log: Recovery.RecoveryLog<never> = {
    committed: ask("committed", 5),
    bounds: ask("bounds", { start: Offset.make(0), end: Offset.make(end) }),
    told: ask("told", told),
    recordAt: (offset) => ask(`record ${offset}`, recordAt(offset, "a")),
    damage: (from, wholeFrom) => ask(`damage from ${from}, whole from ${wholeFrom}`, damage)
  }
  return {
    asked,
    assess: Effect.provideService(Recovery.assess(PARTITION, log), RecoveryMarks, marks),
    join: Effect.provideService(Recovery.join(PARTITION, mark, Effect.succeed("new")), RecoveryMarks, marks)
  }
}

const markOf = (key: string): Mark => ({ epoch: "old", checkpoint: 4, seen: Recovery.seenOf(recordAt(7, key)) })
const QUESTIONS = ["mark", "accepted", "committed", "bounds", "told"]
const damage = new LogDamaged({ partition: PARTITION, offset: Offset.make(8), found: "another" })

describe("A recovery", () => {
  it.effect("of an empty store asks the store first, and reads no record", () =>
    Effect.gen(function*() {
      const { assess, asked } = make({})
      const { plan } = yield* assess
      assert.deepInclude(plan, { _tag: "Fold", from: 0, publishFrom: 5, tellFrom: 5, until: 10, setBack: false })
      assert.deepStrictEqual(asked, [...QUESTIONS, "damage from 0, whole from 0"])
    }))

  it.effect("of a store with a mark looks whether the record that it saw is there", () =>
    Effect.gen(function*() {
      const same = make({ mark: markOf("a") })
      assert.deepStrictEqual((yield* same.assess).plan._tag, "Fold")
      assert.deepStrictEqual(same.asked, [...QUESTIONS, "record 7", "damage from 4, whole from 0"])
      const { plan } = yield* make({ mark: markOf("b") }).assess
      assert.deepStrictEqual(plan, { _tag: "Halt", halt: { _tag: "ReplacedLog", offset: 7, found: "another" } })
    }))

  it.effect("of a damaged log halts, unless another reason is known before", () =>
    Effect.gen(function*() {
      const halt = { _tag: "DamagedLog", offset: 8, found: "another" } as const
      for (const known of [{}, { mark: markOf("a") }]) {
        assert.deepStrictEqual((yield* make({ ...known, damage }).assess).plan, { _tag: "Halt", halt })
      }
      const replaced = make({ mark: markOf("b"), damage })
      assert.deepInclude((yield* replaced.assess).plan, { halt: { _tag: "ReplacedLog", offset: 7, found: "another" } })
      assert.deepStrictEqual(replaced.asked, [...QUESTIONS, "record 7"])
    }))

  it.effect("looks for damage from where what is missing was accepted, by the mark or by the note in its place", () =>
    Effect.gen(function*() {
      const marked = make({ mark: { ...markOf("a"), wholeFrom: 6 }, accepted: { from: 0, wholeFrom: 9 } })
      assert.strictEqual((yield* marked.assess).wholeFrom, 6)
      assert.deepStrictEqual(marked.asked.at(-1), "damage from 4, whole from 6")
      const noted = make({ accepted: { from: 2, wholeFrom: 9 } })
      assert.strictEqual((yield* noted.assess).wholeFrom, 9)
      assert.deepStrictEqual(noted.asked.at(-1), "damage from 2, whole from 9")
      assert.strictEqual((yield* make({}).assess).wholeFrom, 0)
    }))

  it.effect("asks for no record that is read for its events alone", () =>
    Effect.gen(function*() {
      const untold = make({ mark: markOf("a"), told: 2 })
      const { plan, wholeFrom } = yield* untold.assess
      assert.deepInclude(plan, { from: 2, foldFrom: 4, tellFrom: 2 })
      assert.strictEqual(wholeFrom, 4)
      assert.deepStrictEqual(untold.asked.at(-1), "damage from 2, whole from 4")
    }))

  it.effect("of a log that is too short halts without reading it", () =>
    Effect.gen(function*() {
      const { assess, asked } = make({ mark: markOf("a"), end: 6 })
      assert.deepStrictEqual((yield* assess).plan._tag, "Halt")
      assert.deepStrictEqual(asked, QUESTIONS)
    }))

  it.effect("folds under the epoch of the mark, of one that was begun, or of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* make({ mark: markOf("a") }).join, "old")
      assert.strictEqual(yield* make({ begun: "begun" }).join, "begun")
      assert.strictEqual(yield* make({}).join, "new")
    }))
})
