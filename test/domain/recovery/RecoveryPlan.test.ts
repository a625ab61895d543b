import { assert, describe, it } from "@effect/vitest"
import type { AcceptedLog, Mark } from "@flash-sale/domain/ports/ItemStore"
import { LogDamaged } from "@flash-sale/domain/ports/OrderLog"
import * as Digest from "@flash-sale/domain/records/Digest"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecoveryPlan from "@flash-sale/domain/recovery/RecoveryPlan"

interface Known {
  readonly log: readonly [start: number, end: number]
  readonly committed?: number
  readonly checkpoint?: number
  readonly seen?: number
  readonly accepted?: AcceptedLog
}

const boundsOf = ({ log: [start, end] }: Known) => ({ start: Offset.make(start), end: Offset.make(end) })

const markOf = ({ checkpoint, seen }: Known): Mark | undefined =>
  checkpoint === undefined
    ? undefined
    : { epoch: "e", checkpoint, ...(seen === undefined ? {} : { seen: { offset: seen, digest: "d" } }) }

/** `from, tellFrom, until` of a fold, or why the partition is halted. */
const planned = (known: Known): readonly [number, number, number] | string => {
  const { accepted, committed } = known
  const plan = RecoveryPlan.plan({ bounds: boundsOf(known), committed, mark: markOf(known), accepted })
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

describe("Recovery.plan", () => {
  const folds: ReadonlyArray<readonly [string, Known, readonly [number, number, number]]> = [
    ["at the committed offset where the store holds the whole fold", { log: [0, 100], committed: 80, checkpoint: 80 }, [
      80,
      80,
      100
    ]],
    ["from the checkpoint where the store lost its last writes", { log: [0, 100], committed: 80, checkpoint: 50 }, [
      50,
      80,
      100
    ]],
    ["from the beginning where there is no mark, and tells what was not committed", { log: [0, 100], committed: 80 }, [
      0,
      80,
      100
    ]],
    ["from the beginning where nothing was ever committed", { log: [0, 3] }, [0, 0, 3]],
    ["a log that was trimmed exactly up to what is needed", {
      log: [80, 100],
      committed: 80,
      checkpoint: 80,
      seen: 79
    }, [80, 80, 100]],
    ["a log that ends with the record that was seen", { log: [0, 100], committed: 80, checkpoint: 80, seen: 99 }, [
      80,
      80,
      100
    ]],
    ["what was accepted, whatever was committed", { log: [10, 40], committed: 50, accepted: { from: 10, told: 30 } }, [
      10,
      30,
      40
    ]],
    ["by the mark where there is one, whatever was accepted", {
      log: [0, 100],
      committed: 80,
      checkpoint: 50,
      accepted: { from: 0, told: 0 }
    }, [50, 80, 100]]
  ]
  for (const [name, known, plan] of folds) {
    it(`folds ${name}`, () => assert.deepStrictEqual(planned(known), plan))
  }

  const refusals: ReadonlyArray<readonly [string, Known, string]> = [
    [
      "an empty store and a trimmed log",
      { log: [10, 100], committed: 80 },
      "trimmed_log: the log begins at 10, but the store needs it from 0 on"
    ],
    [
      "a store that fell back behind a trimmed log",
      { log: [60, 100], committed: 80, checkpoint: 50 },
      "trimmed_log: the log begins at 60, but the store needs it from 50 on"
    ],
    [
      "a log shorter than the checkpoint",
      { log: [0, 40], committed: 40, checkpoint: 50 },
      "ahead_of_log: the log ends at 40, but the store has folded it up to 50"
    ],
    [
      "a log shorter than what was committed",
      { log: [0, 40], committed: 50, checkpoint: 40 },
      "committed_ahead: the log ends at 40, but the group has committed 50"
    ],
    [
      "a log without the record that was seen, behind the checkpoint",
      { log: [0, 40], committed: 30, checkpoint: 30, seen: 44 },
      "ahead_of_log: the log ends at 40, but the store has folded it up to 45"
    ],
    [
      "an accepted log that was trimmed since",
      { log: [20, 40], accepted: { from: 10, told: 30 } },
      "trimmed_log: the log begins at 20, but was accepted from 10 on"
    ],
    [
      "an accepted log that was cut since",
      { log: [10, 20], accepted: { from: 10, told: 30 } },
      "ahead_of_log: the log ends at 20, but reached 30 when it was accepted"
    ]
  ]
  for (const [name, known, why] of refusals) {
    it(`refuses ${name}`, () => assert.strictEqual(planned(known), why))
  }
})

describe("A damaged log is named by its first damaged record", () => {
  const cases: ReadonlyArray<readonly ["another" | "nothing", string]> = [
    ["another", "record 7 of the log is not the one that was written: the file was changed or is damaged"],
    ["nothing", "record 7 of the log is missing, and others follow it"]
  ]
  for (const [found, words] of cases) {
    it(words, () => {
      const offset = Offset.make(7)
      const halt = RecoveryPlan.damaged(new LogDamaged({ partition: PartitionId.make(3), offset, found }))
      assert.deepStrictEqual(halt, { _tag: "DamagedLog", offset: 7, found })
      assert.strictEqual(RecoveryPlan.codeOf(halt), "damaged_log")
      assert.strictEqual(RecoveryPlan.describe(halt), words)
    })
  }
})

describe("The log is recognised", () => {
  const seen = { offset: 7, digest: Digest.of(record(7)) }

  it("by the record that was seen", () => {
    assert.isUndefined(RecoveryPlan.replaced(seen, record(7)))
  })

  const others: ReadonlyArray<readonly [string, LogRecord | undefined]> = [
    ["of another value", record(7, { value: new TextEncoder().encode("other") })],
    ["of another key", record(7, { key: "102" })],
    ["without a key", record(7, { key: undefined })],
    ["of another time", record(7, { timestamp: 1_001 })],
    ["at a later offset", record(8)],
    ["that is none", undefined]
  ]
  for (const [name, found] of others) {
    it(`not by a record ${name}`, () => {
      const halt = RecoveryPlan.replaced(seen, found)
      assert.deepStrictEqual(halt, {
        _tag: "ReplacedLog",
        offset: 7,
        found: found?.offset === 7 ? "another" : "nothing"
      })
    })
  }

  it("only where it was not trimmed, and by marks that say how", () => {
    const ask = (known: Known) => RecoveryPlan.toRecognise({ bounds: boundsOf(known), mark: markOf(known) })?.offset
    assert.strictEqual(ask({ log: [7, 9], checkpoint: 8, seen: 7 }), 7)
    assert.isUndefined(ask({ log: [8, 9], checkpoint: 8, seen: 7 }))
    assert.isUndefined(ask({ log: [0, 9], checkpoint: 8 }))
    assert.isUndefined(ask({ log: [0, 9] }))
  })

  it("by digests that are 16 digits and tell parts from each other", () => {
    const texts = ["", "a", "aa", "ab", "ba"]
    const digests = texts.flatMap((key) =>
      texts.map((value) => Digest.of(record(0, { key, value: new TextEncoder().encode(value) })))
    )
    assert.strictEqual(new Set(digests).size, texts.length ** 2)
    for (const digest of digests) assert.match(digest, /^[0-9a-f]{16}$/)
  })
})
