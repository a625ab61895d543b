import { assert, describe, it } from "@effect/vitest"
import * as OffsetTracker from "@flash-sale/processor/run/OffsetTracker"

describe("OffsetTracker", () => {
  it("the tracker commits nothing past an open record, whatever is final behind it", () => {
    const tracker = OffsetTracker.make(10)
    for (const offset of [10, 11, 12]) tracker.begin(offset)
    tracker.done(12)
    tracker.done(11)
    assert.strictEqual(tracker.next(), 10)
    tracker.done(10)
    assert.strictEqual(tracker.next(), 13)
  })

  it("the tracker begins at its first offset, also before anything was taken", () => {
    assert.strictEqual(OffsetTracker.make(7).next(), 7)
  })

  it("the tracker allows for gaps between offsets", () => {
    const tracker = OffsetTracker.make(0)
    tracker.begin(3)
    tracker.begin(9)
    tracker.done(3)
    assert.strictEqual(tracker.next(), 9)
    assert.strictEqual(tracker.open(), 1)
    tracker.done(9)
    assert.strictEqual(tracker.next(), 10)
  })

  it("the tracker passes over what was accepted as missing, but over no open record", () => {
    const tracker = OffsetTracker.make(0)
    tracker.begin(3)
    tracker.skipTo(8)
    assert.deepStrictEqual([tracker.next(), tracker.reached()], [3, 8])
    tracker.done(3)
    assert.strictEqual(tracker.next(), 8)
    tracker.skipTo(5)
    assert.deepStrictEqual([tracker.next(), tracker.reached()], [8, 8])
  })

  it("what is read again holds back a commit until it is final, and takes neither progress nor the end back", () => {
    const tracker = OffsetTracker.make(0)
    const seen = () => [tracker.next(), tracker.furthest(), tracker.reached()]
    tracker.skipTo(10)
    assert.deepStrictEqual(seen(), [10, 10, 10])
    tracker.begin(2)
    tracker.begin(4)
    assert.deepStrictEqual(seen(), [2, 10, 10])
    tracker.done(2)
    assert.deepStrictEqual(seen(), [4, 10, 10])
    tracker.skipTo(15)
    tracker.begin(17)
    assert.deepStrictEqual(seen(), [4, 10, 18])
    tracker.done(4)
    assert.deepStrictEqual(seen(), [17, 17, 18])
    tracker.done(17)
    assert.deepStrictEqual(seen(), [18, 18, 18])
  })
})
