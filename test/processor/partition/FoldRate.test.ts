import { assert, describe, it } from "@effect/vitest"
import * as FoldRate from "@flash-sale/processor/partition/FoldRate"

describe("FoldRate", () => {
  it("the rate of a fold is that of the time with work, and no less than at any time", () => {
    assert.strictEqual(FoldRate.next(0, { records: 0, millis: 250, isBusy: true }), 0)
    assert.strictEqual(FoldRate.next(0, { records: 1, millis: 250, isBusy: false }), 0)
    assert.strictEqual(FoldRate.next(0, { records: 100, millis: 250, isBusy: true }), 400)
    assert.strictEqual(FoldRate.next(400, { records: 10, millis: 250, isBusy: false }), 400)
    assert.strictEqual(FoldRate.next(400, { records: 200, millis: 250, isBusy: false }), 800)
    assert.strictEqual(FoldRate.next(1_000, { records: 125, millis: 250, isBusy: true }), 900)
  })

  it("the rate of a fold is kept while the fold is idle", () => {
    assert.strictEqual(FoldRate.next(400, { records: 0, millis: 250, isBusy: true }), 400)
  })
})
