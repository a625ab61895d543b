import { assert, describe, it } from "@effect/vitest"
import { type DeadLetter, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import type { LetterEntry } from "@flash-sale/domain/ports/LetterReader"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as DeadLetterFold from "@flash-sale/infra/kafka/letters/DeadLetterFold"

const letter = (offset: number): DeadLetter => ({
  partition: PartitionId.make(0),
  offset: Offset.make(offset),
  value: new Uint8Array(0),
  error: "Payment Timeout",
  correlationId: CorrelationId.make("c"),
  attempt: 1,
  timestamp: new Date(offset * 1_000).toISOString()
})

const put = (offset: number): LetterEntry => ({ _tag: "Letter", letter: letter(offset) })
const handled = (offset: number): LetterEntry => ({
  _tag: "Handled",
  handling: {
    partition: PartitionId.make(0),
    offset: Offset.make(offset),
    action: "discarded",
    by: "operator",
    why: "a test",
    timestamp: "2025-11-29T22:00:00.000Z"
  }
})

const foldOf = (entries: ReadonlyArray<LetterEntry>, kept: number) => {
  const fold = DeadLetterFold.make(kept)
  entries.forEach(fold.add)
  return fold
}

const timeouts = (count: number) => reasonCounts({ "Payment Timeout": count })

const offsets = (fold: DeadLetterFold.DeadLetterFold) => fold.list(100).map(({ offset }) => Number(offset))

describe("DeadLetterFold", () => {
  it("the fold counts every letter, also those that it does not keep", () => {
    const fold = foldOf([1, 2, 3, 4, 5, 6].map(put), 4)
    assert.deepStrictEqual(fold.stats(), { size: 6, byReason: timeouts(6), oldestAt: 1_000 })
    assert.deepStrictEqual(offsets(fold), [1, 2, 3, 4])
    assert.isFalse(fold.isShort())
  })

  it("the fold asks to be made again when most kept letters are handled and others wait", () => {
    const fold = foldOf([...[1, 2, 3, 4, 5, 6].map(put), ...[1, 2, 3].map(handled)], 4)
    assert.deepStrictEqual(fold.stats(), { size: 3, byReason: timeouts(3), oldestAt: 4_000 })
    assert.deepStrictEqual(offsets(fold), [4])
    assert.isTrue(fold.isShort())
    const again = foldOf([...[1, 2, 3].map(handled), ...[1, 2, 3, 4, 5, 6].map(put)], 4)
    assert.deepStrictEqual(again.stats(), fold.stats())
    assert.deepStrictEqual(offsets(again), [4, 5, 6])
    assert.isFalse(again.isShort())
  })

  it("the fold remembers that a letter was handled for longer than by which operator", () => {
    const fold = foldOf([...[1, 2, 3].map(put), ...[1, 2, 3, 1].map(handled)], 2)
    const found = [1, 2, 3].map((offset) => fold.find(letter(offset)))
    assert.deepStrictEqual(found.map(({ _tag }) => _tag), ["Handled", "Handled", "Handled"])
    assert.deepStrictEqual(found.map((one) => one._tag === "Handled" && one.handling?.by), [
      undefined,
      "operator",
      "operator"
    ])
  })

  it("the fold handles a letter that is not kept", () => {
    const fold = foldOf([...[1, 2, 3].map(put), handled(3), put(3)], 2)
    assert.strictEqual(fold.stats().size, 2)
    assert.deepStrictEqual(offsets(fold), [1, 2])
  })

  it("the fold that comes after another keeps none that was handled, as letters come before handlings", () => {
    const topic = [...[1, 2, 3, 4, 5, 6].map(put), ...[1, 2, 3, 4].map(handled)]
    const first = foldOf(topic, 4)
    assert.deepStrictEqual([offsets(first), first.isShort()], [[], true])
    const next = DeadLetterFold.make(4, first.handled)
    topic.forEach(next.add)
    assert.deepStrictEqual([offsets(next), next.isShort()], [[5, 6], false])
    assert.deepStrictEqual(next.stats(), first.stats())
    assert.deepStrictEqual(next.find(letter(1)), first.find(letter(1)))
  })

  it("the fold keeps as many of each reason, so that many of one hide none of another", () => {
    const due = { ...letter(9), error: "Payment Without Order" } as const
    const fold = foldOf([...[1, 2, 3, 4, 5].map(put), { _tag: "Letter", letter: due }], 2)
    assert.deepStrictEqual(offsets(fold), [1, 2, 9])
    assert.deepStrictEqual(fold.list(9, { reason: "Payment Without Order" }), [due])
    assert.isFalse(fold.isShort())
    fold.add(handled(1))
    fold.add(handled(2))
    assert.isTrue(fold.isShort())
    assert.deepStrictEqual(fold.stats(), {
      size: 4,
      byReason: reasonCounts({ "Payment Timeout": 3, "Payment Without Order": 1 }),
      oldestAt: 3_000
    })
  })

  it("the fold knows the oldest while letters come and go in any order, also one without a time", () => {
    const timeless = { ...letter(7), timestamp: "a moment ago" }
    const fold = foldOf([{ _tag: "Letter", letter: timeless }], 9)
    assert.strictEqual(fold.stats().oldestAt, undefined)
    for (const [entry, oldestAt] of [[put(5), 5_000], [put(3), 3_000], [put(4), 3_000], [handled(3), 4_000]] as const) {
      fold.add(entry)
      assert.strictEqual(fold.stats().oldestAt, oldestAt)
    }
  })

  it("the fold of no letters is empty", () => {
    assert.deepStrictEqual(foldOf([put(1), handled(1)], 2).stats(), {
      size: 0,
      byReason: timeouts(0),
      oldestAt: undefined
    })
  })
})
