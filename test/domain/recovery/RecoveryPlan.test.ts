import { assert, describe, it } from "@effect/vitest"
import { LogDamaged } from "@flash-sale/domain/ports/OrderLog"
import type { AcceptedLog, Mark } from "@flash-sale/domain/ports/RecoveryMarks"
import * as Digest from "@flash-sale/domain/records/Digest"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"
import * as SeenRecord from "@flash-sale/domain/recovery/SeenRecord"

interface Known {
  readonly log: readonly [start: number, end: number]
  readonly committed?: number
  readonly checkpoint?: number
  readonly seen?: number
  readonly accepted?: AcceptedLog
  readonly told?: number
}

const boundsOf = ({ log: [start, end] }: Known) => ({ start: Offset.make(start), end: Offset.make(end) })

const markOf = ({ checkpoint, seen }: Known): Mark | undefined =>
  checkpoint === undefined
    ? undefined
    : { epoch: "e", checkpoint, ...(seen === undefined ? {} : { seen: { offset: seen, digest: "d" } }) }

const planOf = (known: Known): RecoveryPlan.Plan => {
  const { accepted, committed, told } = known
  return RecoveryPlan.plan({ bounds: boundsOf(known), committed, mark: markOf(known), accepted, told })
}

/** `from`, `publishFrom` and `until` of a fold, or why the partition is halted. */
const planned = (known: Known): readonly [number, number, number] | string => {
  const plan = planOf(known)
  return plan._tag === "Halt"
    ? `${RecoveryPlan.codeOf(plan.halt)}: ${RecoveryPlan.describe(plan.halt)}`
    : [plan.from, plan.publishFrom, plan.until]
}

const record = (offset: number, change: Partial<LogRecord> = {}): LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(offset),
  timestamp: 1_000,
  key: "101",
  value: new TextEncoder().encode("value"),
  headers: {},
  ...change
})

describe("RecoveryPlan.plan", () => {
  // dprint-ignore
  const folds: ReadonlyArray<readonly [string, Known, readonly [from: number, publishFrom: number, until: number]]> = [
    ["a store with the whole fold is folded from the committed offset",
      { log: [0, 100], committed: 80, checkpoint: 80 }, [80, 80, 100]],
    ["a store that lost its last writes is folded from its checkpoint",
      { log: [0, 100], committed: 80, checkpoint: 50 }, [50, 80, 100]],
    ["a store without a mark is folded from the beginning, and what was not committed is published",
      { log: [0, 100], committed: 80 }, [0, 80, 100]],
    ["a log that was never committed is folded from the beginning", { log: [0, 3] }, [0, 0, 3]],
    ["a log may be trimmed exactly up to what is needed",
      { log: [80, 100], committed: 80, checkpoint: 80, seen: 79 }, [80, 80, 100]],
    ["a log may end with the record that was seen",
      { log: [0, 100], committed: 80, checkpoint: 80, seen: 99 }, [80, 80, 100]],
    ["an accepted log is folded as it was accepted, whatever was committed",
      { log: [10, 40], committed: 50, accepted: { from: 10 } }, [10, 10, 40]],
    ["a mark comes before an accepted log",
      { log: [0, 100], committed: 80, checkpoint: 50, accepted: { from: 0 } }, [50, 80, 100]]
  ]
  for (const [name, known, plan] of folds) it(name, () => assert.deepStrictEqual(planned(known), plan))

  // dprint-ignore
  const halts: ReadonlyArray<readonly [name: string, known: Known, why: string]> = [
    ["an empty store halts at a trimmed log",
      { log: [10, 100], committed: 80 },
      "trimmed_log: the log begins at 10, but the store needs it from 0 on"],
    ["a store that fell back halts at a log that was trimmed beyond its checkpoint",
      { log: [60, 100], committed: 80, checkpoint: 50 },
      "trimmed_log: the log begins at 60, but the store needs it from 50 on"],
    ["a log shorter than the checkpoint halts",
      { log: [0, 40], committed: 40, checkpoint: 50 },
      "ahead_of_log: the log ends at 40, but the store has folded it up to 50"],
    ["a log shorter than what was committed halts",
      { log: [0, 40], committed: 50, checkpoint: 40 },
      "committed_ahead: the log ends at 40, but the group has committed 50"],
    ["a log without the record that was seen halts",
      { log: [0, 40], committed: 30, checkpoint: 30, seen: 44 },
      "ahead_of_log: the log ends at 40, but the store has folded it up to 45"],
    ["an accepted log that was trimmed since halts",
      { log: [20, 40], accepted: { from: 10 } },
      "trimmed_log: the log begins at 20, but was accepted from 10 on"],
    ["an accepted log that was cut since halts",
      { log: [10, 20], accepted: { from: 30 } },
      "ahead_of_log: the log ends at 20, but reached 30 when it was accepted"]
  ]
  for (const [name, known, why] of halts) it(name, () => assert.strictEqual(planned(known), why))
})

describe("RecoveryPlan: what is told", () => {
  type Told = readonly [from: number, foldFrom: number, publishFrom: number, tellFrom: number, untoldFrom?: number]
  const committed80 = { log: [0, 100], committed: 80, checkpoint: 80 } as const
  // dprint-ignore
  const cases: ReadonlyArray<readonly [string, Known, Told]> = [
    ["without any event what is not committed is told", committed80, [80, 80, 80, 80]],
    ["what an older build committed is read again and told, and nothing else of it is published again",
      { ...committed80, told: 60 }, [60, 80, 80, 60]],
    ["what was told and not committed is told again", { ...committed80, told: 90 }, [80, 80, 80, 80]],
    ["a store that fell back further is folded from there, and told from what was told",
      { ...committed80, checkpoint: 50, told: 60 }, [50, 50, 80, 60]],
    ["an emptied store is folded from the beginning, and told from what was told",
      { log: [0, 100], committed: 80, told: 60 }, [0, 0, 80, 60]],
    ["where the group is deleted nothing of long ago is told again",
      { log: [0, 100], checkpoint: 80, told: 80 }, [0, 0, 0, 80]],
    ["where the group is deleted what a longer log had told counts for nothing",
      { log: [0, 100], told: 101 }, [0, 0, 0, 0]],
    ["a log that was never told is told from the beginning", { log: [0, 100] }, [0, 0, 0, 0]],
    ["what is gone from the log is not told, and halts nothing",
      { log: [70, 100], committed: 80, checkpoint: 80, told: 60 }, [70, 80, 80, 70, 60]],
    ["a log that was accepted is told from where it is folded",
      { log: [10, 40], committed: 50, accepted: { from: 10 }, told: 50 }, [10, 10, 10, 10]]
  ]
  for (const [name, known, [from, foldFrom, publishFrom, tellFrom, untoldFrom]] of cases) {
    it(name, () => assert.deepInclude(planOf(known), { from, foldFrom, publishFrom, tellFrom, untoldFrom }))
  }
})

describe("RecoveryPlan: a damaged log", () => {
  const cases: ReadonlyArray<readonly ["another" | "nothing", string]> = [
    ["another", "record 7 of the log is not the one that was written: the file was changed or is damaged"],
    ["nothing", "record 7 of the log is missing, and the log does not end before it"]
  ]
  for (const [found, words] of cases) {
    it(`says: ${words}`, () => {
      const offset = Offset.make(7)
      const halt = RecoveryPlan.damaged(new LogDamaged({ partition: PartitionId.make(3), offset, found }))
      assert.deepStrictEqual(halt, { _tag: "DamagedLog", offset: 7, found })
      assert.strictEqual(RecoveryPlan.codeOf(halt), "damaged_log")
      assert.strictEqual(RecoveryPlan.describe(halt), words)
    })
  }
})

describe("RecoveryPlan: recognising the log", () => {
  const seen = { offset: 7, digest: Digest.of(record(7)) }

  it("a log is recognised by the record that was seen", () => {
    assert.isUndefined(SeenRecord.replaced(seen, record(7)))
  })

  const others: ReadonlyArray<readonly [string, LogRecord | undefined]> = [
    ["a record of another value", record(7, { value: new TextEncoder().encode("other") })],
    ["a record of another key", record(7, { key: "102" })],
    ["a record without a key", record(7, { key: undefined })],
    ["a record of another time", record(7, { timestamp: 1_001 })],
    ["a record at a later offset", record(8)],
    ["no record", undefined]
  ]
  for (const [name, found] of others) {
    it(`a log is not recognised by ${name}`, () => {
      const halt = SeenRecord.replaced(seen, found)
      assert.deepStrictEqual(halt, {
        _tag: "ReplacedLog",
        offset: 7,
        found: found?.offset === 7 ? "another" : "nothing"
      })
    })
  }

  it("a log is recognised only where it was not trimmed, and by marks with a seen record", () => {
    const ask = (known: Known) => SeenRecord.toRecognise({ bounds: boundsOf(known), mark: markOf(known) })?.offset
    assert.strictEqual(ask({ log: [7, 9], checkpoint: 8, seen: 7 }), 7)
    assert.isUndefined(ask({ log: [8, 9], checkpoint: 8, seen: 7 }))
    assert.isUndefined(ask({ log: [0, 9], checkpoint: 8 }))
    assert.isUndefined(ask({ log: [0, 9] }))
  })
})
