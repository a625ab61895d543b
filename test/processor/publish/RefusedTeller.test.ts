/** Two fibers tell who was turned away, and either may be interrupted: no count is lost, and none is passed over. */
import { assert, describe, it } from "@effect/vitest"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RefusedTeller from "@flash-sale/processor/publish/RefusedTeller"
import * as OffsetTracker from "@flash-sale/processor/run/OffsetTracker"
import { Effect, Fiber, Latch } from "effect"

const partition = PartitionId.make(0)
const item = ItemId.make("101")
const other = ItemId.make("102")

const messageAt = (offset: number, isAdmitted = false) => ({
  record: {
    partition,
    offset: Offset.make(offset),
    timestamp: offset * 1_000,
    key: item,
    value: new Uint8Array(),
    headers: {}
  },
  isAdmitted
})

/** An item that has turned away so many up to this record. */
const summaryAt = (position: number, turnedAway: number) => ({ position, refused: { sold_out: turnedAway } })

/** Everything before offset 10 is final; events are appended once the latch is open. */
const made = Effect.gen(function*() {
  const settling = OffsetTracker.make(10)
  const open = Latch.makeUnsafe(false)
  const told: Array<ItemEvent> = []
  const begun: Array<number> = []
  const teller = yield* RefusedTeller.make({ partition, settling, tellFrom: Offset.make(0) }, {
    tell: (events) =>
      Effect.gen(function*() {
        begun.push(events.length)
        yield* Latch.await(open)
        told.push(...events)
      })
  }).pipe(Effect.provideService(EventsTold, "held"))
  /** A fold of the item that has turned one more away, and is final at once. */
  const follows = new Map([item, other].map((itemId) => [itemId, teller.follow(itemId)]))
  const refuse = (itemId: ItemId, offset: number, turnedAway: number) => {
    settling.begin(offset)
    follows.get(itemId)!([messageAt(offset)], summaryAt(offset, turnedAway))
    settling.done(offset)
  }
  const counts = () =>
    told.flatMap((event) => event.type === "item.refused" ? [[event.data.itemId, event.sequence] as const] : [])
  return { begun, counts, follow: follows.get(item)!, open, refuse, settling, tell: teller.tell, told }
})

describe("Counts of orders turned away", () => {
  it.effect("that are told by two at once are each told before what they count may be committed", () =>
    Effect.gen(function*() {
      const { begun, counts, open, refuse, settling, tell } = yield* made
      refuse(item, 10, 1)
      const first = yield* Effect.forkChild(tell, { startImmediately: true })
      refuse(item, 11, 2)
      refuse(other, 12, 1)
      const second = yield* Effect.forkChild(tell, { startImmediately: true })
      assert.deepStrictEqual(begun, [1], "one after the other")
      assert.strictEqual(settling.next(), 10)
      Latch.openUnsafe(open)
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      assert.deepStrictEqual(counts(), [[item, 10], [item, 11], [other, 12]])
      assert.strictEqual(settling.next(), 13)
    }))

  it.effect("whose telling is interrupted are told the next time, and hold the commit until then", () =>
    Effect.gen(function*() {
      const { counts, open, refuse, settling, tell } = yield* made
      refuse(item, 10, 1)
      refuse(other, 11, 1)
      yield* Fiber.interrupt(yield* Effect.forkChild(tell, { startImmediately: true }))
      assert.strictEqual(settling.next(), 10)
      // The item's later count is in the place of its earlier one, and holds as much.
      refuse(item, 12, 2)
      assert.strictEqual(settling.next(), 10)
      Latch.openUnsafe(open)
      yield* tell
      assert.deepStrictEqual(counts().toSorted(), [[item, 12], [other, 11]])
      assert.strictEqual(settling.next(), 13)
    }))

  it.effect("whose telling is interrupted while another one waits are told by that one", () =>
    Effect.gen(function*() {
      const { counts, open, refuse, settling, tell } = yield* made
      refuse(item, 10, 1)
      const first = yield* Effect.forkChild(tell, { startImmediately: true })
      const second = yield* Effect.forkChild(tell, { startImmediately: true })
      yield* Fiber.interrupt(first)
      assert.strictEqual(settling.next(), 10)
      Latch.openUnsafe(open)
      yield* Fiber.join(second)
      assert.deepStrictEqual(counts(), [[item, 10]])
      assert.strictEqual(settling.next(), 11)
    }))
})

describe("A count", () => {
  it.effect("has the time of the record at its place, whatever is read again behind it", () =>
    Effect.gen(function*() {
      const { follow, open, tell, told } = yield* made
      Latch.openUnsafe(open)
      follow([messageAt(20), messageAt(3, true)], summaryAt(20, 1))
      yield* tell
      assert.deepStrictEqual(told.map(({ sequence, time }) => [sequence, time]), [[20, 20_000]])
    }))
})
