/** One order by its id: what store and archive know of it together. */
import { assert, describe, it } from "@effect/vitest"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as OrderDetails from "@flash-sale/operations/orders/OrderDetails"
import { Effect, Layer } from "effect"
import * as TestArchive from "../../archive/TestArchive.ts"

const requestId = RequestId.make("r-1")
const mug = ItemId.make("mug")
const kept = (record: Partial<StatusRecord> = {}): StatusLookup => ({
  _tag: "Kept",
  record: {
    requestId,
    itemId: ItemId.make("101"),
    amount: 1,
    status: "COMPLETED",
    attempt: 1,
    correlationId: CorrelationId.make("c-1"),
    updatedAt: "2026-01-01T00:00:02.000Z",
    fingerprint: "alice:101:1",
    ...record
  }
})
const entry = {
  id: "0-7-3",
  type: "order.completed",
  time: "2026-01-01T00:00:01.000Z",
  partition: PartitionId.make(0),
  sequence: 9,
  by: undefined,
  reason: undefined,
  data: { status: "COMPLETED" }
} as const

const find = (hot: StatusLookup, archive: Partial<TestArchive.State> | undefined, item?: ItemId) => {
  const found = OrderDetails.find(requestId, item).pipe(
    Effect.provide(Layer.mock(OrderStatuses, { read: () => Effect.succeed(hot) }))
  )
  return archive === undefined
    ? found
    : Effect.provide(found, TestArchive.layer(TestArchive.state({ history: [entry], ...archive })))
}
const unknown: StatusLookup = { _tag: "Unknown" }

describe("OrderDetails", () => {
  it.effect("an order of the archive comes with its history", () =>
    Effect.gen(function*() {
      const found = yield* find(unknown, { orders: [TestArchive.order()] })
      assert.isTrue(found.archived)
      assert.deepInclude(found.order, { status: "COMPLETED", user_id: UserId.make("alice"), price: 1250 })
      assert.deepStrictEqual(found.history.map(({ id, offset }) => [id, offset]), [["0-7-3", 9]])
      assert.notProperty(found, "other_items")
    }))

  it.effect("what the archive does not know yet is told by the status", () =>
    Effect.gen(function*() {
      const found = yield* find(kept({ status: "PENDING" }), {})
      assert.deepInclude(found, { archived: false, history: [] })
      assert.deepInclude(found.order, { status: "PENDING", user_id: UserId.make("alice") })
    }))

  it.effect("the status is shown where it is ahead, and the archive where that is", () =>
    Effect.gen(function*() {
      const reserved = TestArchive.order({ status: "RESERVED", step: 1, expiresAt: "2026-01-01T00:10:00.000Z" })
      const ahead = yield* find(kept({ refund: "pending" }), { orders: [reserved] })
      assert.deepInclude(ahead.order, { status: "COMPLETED", refund: "pending", price: 1250 })
      assert.notProperty(ahead.order, "expires_at")
      const behind = yield* find(kept({ status: "RESERVED" }), { orders: [TestArchive.order()] })
      assert.strictEqual(behind.order.status, "COMPLETED")
      const again = yield* find(kept({ status: "RESERVED", attempt: 2 }), { orders: [TestArchive.order()] })
      assert.deepInclude(again.order, { status: "RESERVED", attempt: 2 })
    }))

  it.effect("of several items the one that moved last, or the one that is named", () =>
    Effect.gen(function*() {
      const orders = [
        TestArchive.order({ itemId: mug, updatedAt: "2026-01-01T00:00:05.000Z" }),
        TestArchive.order()
      ]
      const last = yield* find(unknown, { orders })
      assert.deepInclude(last, { other_items: [ItemId.make("101")] })
      assert.strictEqual(last.order.item_id, "mug")
      const named = yield* find(kept(), { orders }, ItemId.make("101"))
      assert.strictEqual(named.order.item_id, "101")
      const hot = yield* find(kept({ updatedAt: "2026-01-01T00:00:06.000Z" }), { orders })
      assert.strictEqual(hot.order.item_id, "101")
    }))

  it.effect("an order that nobody knows, one that is being placed, and an archive that is away, are errors", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(find(unknown, {})))._tag, "UnknownOrder")
      assert.strictEqual((yield* Effect.flip(find(kept(), {}, mug)))._tag, "UnknownOrder")
      assert.strictEqual(
        (yield* Effect.flip(find({ _tag: "Leased", fingerprint: "alice:101:1" }, {})))._tag,
        "OrderUndecided"
      )
      const before = Effect.fail(new ArchiveUnavailable({ detail: "away" }))
      assert.strictEqual((yield* Effect.flip(find(unknown, { before })))._tag, "ArchiveUnavailable")
      assert.strictEqual((yield* Effect.flip(find(kept(), { before }, mug)))._tag, "ArchiveUnavailable")
      // The store knows this one.
      assert.deepInclude(yield* find(kept(), { before }), { archived: false, history: [] })
      assert.strictEqual((yield* Effect.flip(find(kept(), undefined)))._tag, "NoArchive")
    }))
})
