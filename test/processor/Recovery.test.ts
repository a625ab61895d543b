import { assert, describe, it } from "@effect/vitest"
import type { PartitionBounds } from "@flash-sale/domain/OrderLog"
import { Offset } from "@flash-sale/domain/Partition"
import * as Recovery from "@flash-sale/processor/Recovery"

const bounds = (start: number, end: number): PartitionBounds => ({ start: Offset.make(start), end: Offset.make(end) })
const mark = (checkpoint: number) => ({ epoch: "e", checkpoint })

describe("Recovery.plan", () => {
  it("begins at the committed offset where the store holds the whole fold", () => {
    assert.deepStrictEqual(Recovery.plan({ bounds: bounds(0, 100), committed: 80, mark: mark(80) }), {
      _tag: "Fold",
      from: 80,
      tellFrom: 80,
      until: 100
    })
  })

  it("folds again from the checkpoint where the store has lost its last writes", () => {
    assert.deepStrictEqual(Recovery.plan({ bounds: bounds(0, 100), committed: 80, mark: mark(50) }), {
      _tag: "Fold",
      from: 50,
      tellFrom: 80,
      until: 100
    })
  })

  it("folds the whole log into a store without a mark, and tells again only what was not committed", () => {
    assert.deepStrictEqual(Recovery.plan({ bounds: bounds(0, 100), committed: 80, mark: undefined }), {
      _tag: "Fold",
      from: 0,
      tellFrom: 80,
      until: 100
    })
  })

  it("starts at the beginning where the group has never committed", () => {
    const plan = Recovery.plan({ bounds: bounds(0, 3), committed: undefined, mark: undefined })
    assert.deepStrictEqual(plan, { _tag: "Fold", from: 0, tellFrom: 0, until: 3 })
  })

  it("refuses a log that does not reach back to what the store needs", () => {
    assert.strictEqual(Recovery.plan({ bounds: bounds(10, 100), committed: 80, mark: undefined })._tag, "Refuse")
    assert.strictEqual(Recovery.plan({ bounds: bounds(60, 100), committed: 80, mark: mark(50) })._tag, "Refuse")
  })

  it("refuses a log that is shorter than what was folded or committed", () => {
    assert.strictEqual(Recovery.plan({ bounds: bounds(0, 40), committed: 40, mark: mark(50) })._tag, "Refuse")
    assert.strictEqual(Recovery.plan({ bounds: bounds(0, 40), committed: 50, mark: mark(40) })._tag, "Refuse")
  })
})
