/** What every adapter of the archive keeps. Each test has items of its own: the archive may hold others. */
import { assert, layer } from "@effect/vitest"
import { Archive, type ArchiveError, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"
import { adjusted, batch, due, isoAt, partition, placed, refused, step, type Told, type Which } from "./Telling.ts"

/** An item, and a request that nobody else uses. */
export const fresh = (at: number): Which => ({
  item: ItemId.make(randomUUID()),
  request: RequestId.make(`réq ${randomUUID()} 🎟`),
  at
})

/** One after the other. */
const record = (...batches: ReadonlyArray<ReadonlyArray<Told>>) =>
  Effect.flatMap(
    ArchiveWriter,
    (writer) => Effect.forEach(batches, (events) => writer.record(batch(events)), { discard: true })
  )

const find = (...of: Parameters<Archive["Service"]["find"]>) =>
  Effect.flatMap(Archive, (archive) => archive.find(...of))
const history = ({ item, request }: Which) => Effect.flatMap(Archive, (archive) => archive.history(item, request))

export const suite = <E>(name: string, adapter: Layer.Layer<Archive | ArchiveWriter, E>): void =>
  layer(adapter, { excludeTestServices: true })(`Archive (${name})`, (it) => {
    it.effect("an order is kept with all that its events tell", () =>
      Effect.gen(function*() {
        const order = fresh(10)
        const { acceptedAt, correlationId, metadata, traceparent } = placed(order)
        yield* record(
          [step("order.reserved", order, { ...placed(order), expiresAt: isoAt(900) })],
          [step("order.completed", { ...order, placed: 10, at: 20 })]
        )
        assert.deepStrictEqual(yield* find(order.request), [{
          partition,
          itemId: order.item,
          requestId: order.request,
          userId: UserId.make("buyer-1"),
          amount: 2,
          price: 1_999,
          currency: "EUR",
          attempt: 1,
          placedAtOffset: Offset.make(10),
          step: 3,
          status: "COMPLETED",
          reason: undefined,
          confirmed: false,
          expiresAt: undefined,
          createdAt: acceptedAt!,
          updatedAt: isoAt(20),
          correlationId,
          traceparent,
          metadata,
          paymentReference: undefined,
          restocked: undefined,
          refundsDue: []
        }])
      }))

    it.effect("an order goes through each of its steps", () =>
      Effect.gen(function*() {
        const order = fresh(10)
        const seen: Array<unknown> = []
        const steps = [
          step("order.reserved", order, { ...placed(order), expiresAt: isoAt(900) }),
          step("order.confirmed", { ...order, placed: 10, at: 11 }),
          step("order.completed", { ...order, placed: 10, at: 12 }),
          step("order.refunded", { ...order, placed: 10, at: 13 }, { restocked: true })
        ]
        for (const one of steps) {
          yield* record([one])
          const [now] = yield* find(order.request)
          seen.push([now?.status, now?.confirmed, now?.expiresAt, now?.restocked, now?.updatedAt])
        }
        assert.deepStrictEqual(seen, [
          ["RESERVED", false, isoAt(900), undefined, isoAt(10)],
          ["RESERVED", true, undefined, undefined, isoAt(11)],
          ["COMPLETED", false, undefined, undefined, isoAt(12)],
          ["REFUNDED", false, undefined, true, isoAt(13)]
        ])
        assert.deepStrictEqual((yield* history(order)).map(({ id, sequence }) => [id, sequence]), [
          ["3-10-1", 10],
          ["3-10-2", 11],
          ["3-10-3", 12],
          ["3-10-4", 13]
        ])
      }))

    it.effect("whatever the order of its events, and however often they come, an order is the same", () =>
      Effect.gen(function*() {
        const events = (order: Which) => [
          step("order.reserved", order, placed(order)),
          step("order.failed", { ...order, placed: 10, at: 20 }, { reason: "payment timed out" }),
          step("order.reserved", { ...order, at: 30, attempt: 2 }),
          step("order.completed", { ...order, placed: 30, at: 40, attempt: 2 })
        ]
        const expected = fresh(10)
        yield* record(events(expected))
        const { itemId: _item, requestId: _request, ...known } = (yield* find(expected.request))[0]!
        assert.strictEqual(known.attempt, 2)
        const orders = [[3, 2, 1, 0], [2, 0, 3, 1], [0, 3, 1, 2], [1, 3, 2, 0]]
        for (const places of orders) {
          const order = fresh(10)
          const told = events(order)
          yield* record(...places.map((at) => [told[at]!]), told, told.toReversed())
          const { itemId: _, requestId: __, ...found } = (yield* find(order.request))[0]!
          assert.deepStrictEqual(found, known, String(places))
          assert.strictEqual((yield* history(order)).length, 4)
        }
      }))

    it.effect("of an event that is told again the first telling counts, byte for byte", () =>
      Effect.gen(function*() {
        const order = fresh(10)
        yield* record(
          [step("order.reserved", order, placed(order))],
          [step("order.reserved", order, { metadata: { other: "one" } })]
        )
        const [entry] = yield* history(order)
        assert.deepStrictEqual(entry?.data, JSON.parse(step("order.reserved", order, placed(order)).text).data)
        assert.deepStrictEqual((yield* find(order.request))[0]?.metadata, placed(order).metadata)
      }))

    it.effect("two items may have an order under one request id", () =>
      Effect.gen(function*() {
        const one = fresh(10)
        const other = { ...fresh(5), request: one.request }
        yield* record([
          step("order.completed", one, { amount: 1 }),
          step("order.expired", other)
        ])
        const found = yield* find(one.request)
        assert.deepStrictEqual(found.map(({ itemId, status }) => [itemId, status]), [
          [one.item, "COMPLETED"],
          [other.item, "EXPIRED"]
        ])
        assert.strictEqual((yield* history(other)).length, 1)
      }))

    it.effect("a payment of another buyer is kept, and the order stays its owner's", () =>
      Effect.gen(function*() {
        const order = fresh(10)
        const another = { ...order, at: 20, user: "buyer-2" }
        yield* record(
          [step("order.completed", order, placed(order))],
          [due(another, "pay-2"), due({ ...order, at: 21 }, "pay-3")]
        )
        const [found] = yield* find(order.request)
        assert.strictEqual(found?.userId, "buyer-1")
        assert.strictEqual(found?.updatedAt, isoAt(10))
        assert.deepStrictEqual(
          found?.refundsDue.map(({ at, eventId, reference, userId }) => [
            eventId,
            reference,
            userId,
            at
          ]),
          [["3-20-due", "pay-2", "buyer-2", isoAt(20)], ["3-21-due", "pay-3", "buyer-1", isoAt(21)]]
        )
      }))

    it.effect("a payment alone is no order, and says nothing of the order that is told later", () =>
      Effect.gen(function*() {
        const order = fresh(30)
        const earlier = { ...order, at: 20, user: "buyer-2" }
        const { sums } = yield* Archive
        yield* record([due(earlier, "pay-2", placed(earlier))])
        const [alone] = yield* find(order.request)
        assert.deepInclude(alone, { step: 0, status: "FAILED", userId: UserId.make("buyer-2") })
        assert.deepStrictEqual((yield* sums(order.item)).orders, [])
        const { orders } = yield* Archive
        assert.deepStrictEqual((yield* orders({ itemId: order.item }, undefined, 10)).entries, [])
        yield* record([step("order.reserved", order)])
        const [found] = yield* find(order.request)
        assert.deepInclude(found, {
          step: 1,
          userId: UserId.make("buyer-1"),
          metadata: undefined,
          createdAt: isoAt(30)
        })
        assert.strictEqual(found?.refundsDue.length, 1)
      }))

    it.effect("a payment that was sent for another item comes behind the order, however late it was", () =>
      Effect.gen(function*() {
        const order = fresh(30)
        const wrong = { ...order, item: fresh(0).item, at: 40 }
        yield* record([step("order.completed", order), due(wrong, "pay-9")])
        const found = yield* find(order.request)
        assert.deepStrictEqual(found.map(({ itemId, step }) => [itemId, step]), [[order.item, 3], [wrong.item, 0]])
      }))

    it.effect("a buyer's own order is found, however many others have used its request id since", () =>
      Effect.gen(function*() {
        const order = fresh(30)
        const others = Array.from(
          { length: 12 },
          (_, n) => ({ ...fresh(40 + n), request: order.request, user: "other" })
        )
        yield* record([order, ...others].map((one) => step("order.completed", one)))
        assert.strictEqual((yield* find(order.request)).length, 10)
        const own = yield* find(order.request, UserId.make("buyer-1"))
        assert.deepStrictEqual(own.map(({ itemId }) => itemId), [order.item])
        assert.deepStrictEqual(yield* find(order.request, UserId.make("nobody")), [])
      }))

    it.effect("one who was turned away and one who buys later under the same request id are not mixed up", () =>
      Effect.gen(function*() {
        const first = fresh(10)
        yield* record([
          step("order.failed", first, { ...placed(first), status: "FAILED_SOLD_OUT" }),
          step("order.reserved", { ...first, at: 50, user: "buyer-2" })
        ])
        const [found] = yield* find(first.request)
        assert.deepInclude(found, {
          userId: UserId.make("buyer-2"),
          status: "RESERVED",
          metadata: undefined,
          createdAt: isoAt(50)
        })
      }))

    it.effect("batches that come at the same moment are all taken in", () =>
      Effect.gen(function*() {
        const writer = yield* ArchiveWriter
        const orders = Array.from({ length: 20 }, (_, n) => fresh(n))
        const batches = orders.flatMap((order) => [
          [step("order.reserved", order, placed(order))],
          [step("order.completed", { ...order, placed: order.at, at: order.at + 100 })],
          orders.map((one) => step("order.reserved", one, placed(one)))
        ])
        yield* Effect.forEach(batches, (events) => writer.record(batch(events)), { concurrency: 10, discard: true })
        for (const order of orders) {
          const [found] = yield* find(order.request)
          assert.deepInclude(found, { status: "COMPLETED", metadata: placed(order).metadata })
        }
      }))

    it.effect("positions move forwards, with their batch", () =>
      Effect.gen(function*() {
        const { position, record } = yield* ArchiveWriter
        const { told } = yield* Archive
        const place = { partition, source: "orders-dlq" } as const
        const own = { ...place, source: "order-events" } as const
        const moved = (next: number, toldUpTo: number | undefined) =>
          record(
            batch([], { next: Offset.make(next), told: toldUpTo === undefined ? undefined : Offset.make(toldUpTo) })
          )
        yield* moved(100, undefined)
        assert.isAtLeast((yield* position(own.source, partition))!.next, 100)
        yield* moved(2_000_000_000_000, 3_000_000_000_000)
        yield* moved(5, 4)
        yield* moved(6, undefined)
        const expected = { next: Offset.make(2_000_000_000_000), told: Offset.make(3_000_000_000_000) }
        assert.deepStrictEqual(yield* position(own.source, partition), expected)
        assert.strictEqual((yield* told).get(partition), expected.told)
        assert.isUndefined(yield* position(place.source, partition))
      }))

    it.effect("a position says what the newest has said, and begins anew with another source", () =>
      Effect.gen(function*() {
        const { position, record } = yield* ArchiveWriter
        const own = PartitionId.make(8)
        const moved = (next: number, told: number | undefined, isAnew = false) =>
          Effect.andThen(
            record(batch([], {
              partition: own,
              next: Offset.make(next),
              told: told === undefined ? undefined : Offset.make(told),
              isAnew
            })),
            Effect.map(position("order-events", own), (found): ReadonlyArray<number | undefined> => [
              found?.next,
              found?.told
            ])
          )
        assert.deepStrictEqual(yield* moved(10, 900), [10, 900])
        // A log that was cut has less; one that says nothing says nothing else.
        assert.deepStrictEqual(yield* moved(11, 500), [11, 500])
        assert.deepStrictEqual(yield* moved(12, undefined), [12, 500])
        assert.deepStrictEqual(yield* moved(11, 700), [12, 500])
        assert.deepStrictEqual(yield* moved(3, undefined, true), [3, 500])
        assert.deepStrictEqual(yield* moved(2, 400, true), [2, 400])
        assert.deepStrictEqual(yield* moved(1, 300), [2, 400])
      }))

    it.effect("what was said of a log that was longer counts no more once it is shortened", () =>
      Effect.gen(function*() {
        const { position, rebuilt, record, shorten } = yield* ArchiveWriter
        const { gaps, told } = yield* Archive
        const own = PartitionId.make(9)
        let next = 0
        const said = (upTo: number, missingBefore?: number) =>
          record(batch([], {
            partition: own,
            next: Offset.make(++next),
            told: Offset.make(upTo),
            ...(missingBefore === undefined ? {} : { missingBefore: Offset.make(missingBefore) })
          }))
        const found: Effect.Effect<ReadonlyArray<number | undefined>, ArchiveError> = Effect.all([
          Effect.map(told, (all) => all.get(own)),
          Effect.map(gaps, (all) => all.get(own))
        ])
        const end = Offset.make(500)
        assert.isFalse(yield* shorten(own, end))
        yield* rebuilt(own, Offset.make(800))
        yield* said(1_000, 700)
        assert.deepStrictEqual(yield* found, [1_000, undefined])
        assert.isFalse(yield* shorten(own, Offset.make(1_000)))
        assert.isTrue(yield* shorten(own, end))
        assert.isFalse(yield* shorten(own, end))
        assert.deepStrictEqual(yield* found, [undefined, undefined])
        assert.strictEqual((yield* position("order-events", own))?.next, 1)
        yield* rebuilt(own, end)
        assert.deepStrictEqual(yield* found, [500, undefined])
        // A real gap of the log that goes on is no longer hidden by what was rebuilt of the former one.
        yield* said(650, 600)
        assert.deepStrictEqual(yield* found, [650, 600])
        yield* rebuilt(own, Offset.make(640))
        assert.deepStrictEqual(yield* found, [650, undefined])
        yield* said(660, 655)
        assert.isTrue(yield* shorten(own, end))
        yield* rebuilt(own, end)
        assert.deepStrictEqual(yield* found, [500, undefined])
      }))

    it.effect("where something may be missing stays until a rebuild has gone past it", () =>
      Effect.gen(function*() {
        const { rebuilt, record } = yield* ArchiveWriter
        const { gaps } = yield* Archive
        const own = PartitionId.make(7)
        const gapBefore = (offset: number | undefined) =>
          record(batch([], {
            partition: own,
            missingBefore: offset === undefined ? undefined : Offset.make(offset)
          }))
        const found = Effect.map(gaps, (all) => all.get(own))
        yield* gapBefore(0)
        assert.isUndefined(yield* found)
        yield* gapBefore(2_000_000_000_000)
        yield* gapBefore(undefined)
        yield* gapBefore(40)
        assert.strictEqual(yield* found, 2_000_000_000_000)
        yield* rebuilt(own, Offset.make(1_999_999_999_999))
        assert.strictEqual(yield* found, 2_000_000_000_000)
        yield* rebuilt(own, Offset.make(2_000_000_000_000))
        assert.isUndefined(yield* found)
        // An archive that is filled only now: what was before is there already.
        yield* gapBefore(1_000_000_000_000)
        assert.isUndefined(yield* found)
        yield* gapBefore(2_000_000_000_001)
        assert.strictEqual(yield* found, 2_000_000_000_001)
      }))

    it.effect("what an item has refused is as it was counted last", () =>
      Effect.gen(function*() {
        const { item } = fresh(0)
        const { sums } = yield* Archive
        assert.isUndefined((yield* sums(item)).refused)
        yield* record([refused(item, 5, { sold_out: 2 }), refused(item, 9, { sold_out: 7, limit: 1 })], [
          refused(item, 6, { sold_out: 3 })
        ])
        assert.deepStrictEqual((yield* sums(item)).refused, { sold_out: 7, limit: 1 })
      }))

    it.effect("a rebuild adds without moving a position", () =>
      Effect.gen(function*() {
        const { add, position } = yield* ArchiveWriter
        const order = fresh(10)
        const before = yield* position("order-events", partition)
        yield* add(partition, [step("order.completed", order), adjusted(order.item, 11, "ann")], Offset.make(0))
        assert.deepStrictEqual(yield* position("order-events", partition), before)
        assert.strictEqual((yield* find(order.request))[0]?.status, "COMPLETED")
      }))
  })
