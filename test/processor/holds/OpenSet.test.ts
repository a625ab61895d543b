/** What is open by what the folds tell and by what is found in the store, which may be older. */
import { assert, describe, it } from "@effect/vitest"
import type { FoundOpen } from "@flash-sale/domain/ports/ItemReads"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import * as DueTimes from "@flash-sale/processor/holds/DueTimes"
import * as OpenSet from "@flash-sale/processor/holds/OpenSet"
import type { Refunds } from "@flash-sale/processor/holds/Refunds"

const ITEM = ItemId.make("101")
const OTHER = ItemId.make("102")
const requestId = RequestId.make
const correlationId = CorrelationId.make("c-1")

const found = (name: string, state: "open" | "refunding"): FoundOpen => {
  const order: HeldOrder = {
    state,
    userId: UserId.make("u-1"),
    amount: 1,
    attempt: 1,
    placedAtOffset: 7,
    countsAgainstLimit: false,
    price: undefined,
    currency: undefined,
    reason: undefined,
    hold: { confirmedAtOffset: undefined, reference: undefined }
  }
  return { requestId: requestId(name), order, open: { dueAt: state === "open" ? 1_000 : undefined, correlationId } }
}

/** Refunds as a set, and what is open over them. */
const make = (limits = { holds: 10, refunds: 10 }) => {
  const waiting = new Set<string>()
  const refunds: Pick<Refunds, "add" | "end" | "forget" | "size"> = {
    add: ({ itemId, requestId: id }) => void waiting.add(`${itemId}/${id}`),
    end: (itemId, id) => void waiting.delete(`${itemId}/${id}`),
    forget: (itemId) => {
      for (const name of waiting) if (name.startsWith(`${itemId}/`)) waiting.delete(name)
    },
    size: () => waiting.size
  }
  const dueTimes = DueTimes.make(0)
  const open = OpenSet.make({ dueTimes, refunds, limits, now: () => ({ wall: 0, monotonic: 0 }) })
  return { dueTimes, open, waiting }
}

describe("OpenSet", () => {
  it("what has ended while the store is read is not open again, and what began is", () => {
    const { dueTimes, open, waiting } = make()
    open.beginReading()
    open.follow(ITEM, { ended: requestId("a") })
    open.follow(ITEM, { refunded: requestId("b") })
    // It was sold meanwhile, and is given back already.
    open.follow(ITEM, { ended: requestId("c") })
    open.follow(ITEM, { refunding: { itemId: ITEM, requestId: requestId("c"), attempt: 1, correlationId } })
    open.found(ITEM, found("a", "open"))
    open.found(ITEM, found("b", "refunding"))
    open.found(ITEM, found("c", "open"))
    open.found(OTHER, found("a", "open"))
    open.endReading()
    assert.strictEqual(dueTimes.size(), 1)
    assert.deepStrictEqual([...waiting], ["101/c"])
    open.beginReading()
    open.found(ITEM, found("a", "open"))
    assert.strictEqual(dueTimes.size(), 2)
  })

  it("nothing of a stopped item is open, whoever says so", () => {
    const { dueTimes, open, waiting } = make()
    open.found(ITEM, found("a", "open"))
    open.found(ITEM, found("b", "refunding"))
    open.found(OTHER, found("a", "open"))
    open.leave(ITEM)
    open.found(ITEM, found("c", "open"))
    open.follow(ITEM, { opened: { requestId: requestId("d"), correlationId, dueAt: 5 } })
    open.follow(ITEM, { refunding: { itemId: ITEM, requestId: requestId("e"), attempt: 1, correlationId } })
    assert.deepStrictEqual([dueTimes.size(), waiting.size], [1, 0])
  })

  it("items of which there was no room for all are read again once there is room for half", () => {
    const { dueTimes, open, waiting } = make({ holds: 2, refunds: 2 })
    for (const name of ["a", "b", "c"]) open.found(ITEM, found(name, "open"))
    for (const name of ["d", "e", "f"]) open.found(OTHER, found(name, "refunding"))
    assert.deepStrictEqual([dueTimes.size(), waiting.size, open.takeBeyond()], [2, 2, []])
    open.follow(ITEM, { ended: requestId("a") })
    assert.deepStrictEqual(open.takeBeyond(), [ITEM])
    assert.deepStrictEqual(open.takeBeyond(), [])
    open.follow(OTHER, { refunded: requestId("d") })
    assert.deepStrictEqual(open.takeBeyond(), [OTHER])
  })
})
