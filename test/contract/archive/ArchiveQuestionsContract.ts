/** What every adapter of the archive answers: lists by keyset, whatever comes in between, and sums. */
import { assert, layer } from "@effect/vitest"
import type { ArchiveCursor, Page } from "@flash-sale/domain/archive/Questions"
import { Archive, type ArchiveError, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"
import { fresh } from "./ArchiveContract.ts"
import { adjusted, asked, batch, isoAt, partition, step, timeAt, type Told } from "./Telling.ts"

const record = (events: ReadonlyArray<Told>) => Effect.flatMap(ArchiveWriter, (writer) => writer.record(batch(events)))

/** All pages, one after the other; `between` runs after each of them. */
const pages = <A>(
  ask: (cursor: ArchiveCursor | undefined) => Effect.Effect<Page<A>, ArchiveError>,
  between: Effect.Effect<void, ArchiveError, ArchiveWriter> = Effect.void
) =>
  Effect.gen(function*() {
    const found: Array<ReadonlyArray<A>> = []
    let cursor: ArchiveCursor | undefined
    do {
      const page: Page<A> = yield* ask(cursor)
      found.push(page.entries)
      cursor = page.next
      yield* between
    } while (cursor !== undefined)
    return found
  })

const range = (from: number, until: number) => Array.from({ length: until - from }, (_, n) => from + n)

export const suite = <E>(name: string, adapter: Layer.Layer<Archive | ArchiveWriter, E>): void =>
  layer(adapter, { excludeTestServices: true })(`Archive: questions (${name})`, (it) => {
    it.effect("pages have each order once, newest first, also those of the same moment", () =>
      Effect.gen(function*() {
        const { orders } = yield* Archive
        const { item: itemId } = fresh(0)
        const told = (at: number, key = `${at}`) =>
          step("order.completed", { item: itemId, request: RequestId.make(`${key} ${itemId}`), at })
        // Five of the same moment, and others that come between the pages: before, behind and at the place.
        yield* record([...range(90, 100).map((at) => told(at)), ...range(0, 5).map((n) => told(95, `same ${n}`))])
        let later = 0
        const between = Effect.suspend(() => {
          later++
          // The ones behind come to an end, or there were always a next page.
          const behind = later < 5 ? [told(90 - later, `behind ${later}`)] : []
          return record([told(100 + later, `before ${later}`), told(95, `late ${later}`), ...behind])
        })
        const found = (yield* pages((cursor) => orders({ itemId }, cursor, 4), between)).flat()
        const ids = found.map(({ requestId }) => requestId.split(` ${itemId}`)[0]!)
        assert.strictEqual(new Set(ids).size, ids.length)
        assert.deepStrictEqual(
          ids.filter((id) => /^\d+$/.test(id)),
          range(90, 100).toReversed().map(String)
        )
        assert.strictEqual(ids.filter((id) => id.startsWith("same")).length, 5)
        assert.strictEqual(ids.filter((id) => id.startsWith("behind")).length, 4)
        assert.deepStrictEqual(ids.filter((id) => id.startsWith("before")), [])
        const times = found.map(({ createdAt }) => createdAt)
        assert.deepStrictEqual(times, times.toSorted().toReversed())
      }))

    it.effect("the conditions of a list hold together", () =>
      Effect.gen(function*() {
        const { orders } = yield* Archive
        const [one, other] = [fresh(0).item, fresh(0).item]
        const users = [`a-${randomUUID()}`, `b-${randomUUID()}`]
        yield* record(
          range(0, 40).map((at) =>
            step(at % 4 < 2 ? "order.completed" : "order.expired", {
              item: at % 2 === 0 ? one : other,
              request: RequestId.make(`r-${at}-${one}`),
              at,
              user: users[at % 3 === 0 ? 0 : 1]!
            })
          )
        )
        const ask = (filter: Parameters<typeof orders>[0]) =>
          Effect.map(
            pages((cursor) => orders(filter, cursor, 3)),
            (found) => found.flat().map(({ placedAtOffset }) => Number(placedAtOffset)).toReversed()
          )
        const [itemId, userId] = [one, UserId.make(users[0]!)]
        const all = range(0, 40)
        assert.deepStrictEqual(yield* ask({ itemId }), all.filter((at) => at % 2 === 0))
        assert.deepStrictEqual(yield* ask({ userId }), all.filter((at) => at % 3 === 0))
        assert.deepStrictEqual(yield* ask({ itemId, userId }), all.filter((at) => at % 6 === 0))
        assert.deepStrictEqual(yield* ask({ itemId, status: "EXPIRED" }), all.filter((at) => at % 4 === 2))
        assert.deepStrictEqual(
          yield* ask({ userId, status: "COMPLETED" }),
          all.filter((at) => at % 3 === 0 && at % 4 < 2)
        )
        const [from, until] = [timeAt(10), timeAt(20)]
        assert.deepStrictEqual(yield* ask({ itemId, from, until }), [10, 12, 14, 16, 18])
        assert.deepStrictEqual(yield* ask({ userId, from, until, status: "EXPIRED" }), [15, 18])
        assert.deepStrictEqual(yield* ask({ itemId, userId: UserId.make("nobody") }), [])
      }))

    it.effect("changes by hand are found by item, by name and by time, newest first", () =>
      Effect.gen(function*() {
        const { audit } = yield* Archive
        const { item: itemId } = fresh(0)
        const [ann, bob] = [`ann ${itemId}`, `bob ${itemId}`]
        const order = { item: itemId, request: RequestId.make(`r ${itemId}`), at: 50 }
        yield* record([
          ...range(2, 11).map((at) => adjusted(itemId, at, at % 2 === 0 ? ann : bob)),
          adjusted(itemId, 11),
          step("order.refunded", order, { change: { by: ann, reason: "broken" } })
        ])
        const ask = (filter: Parameters<typeof audit>[0]) =>
          Effect.map(pages((cursor) => audit(filter, cursor, 2)), (found) => found.flat())
        const byItem = yield* ask({ itemId })
        assert.deepStrictEqual(byItem.map(({ by }) => by), [ann, ann, bob, ann, bob, ann, bob, ann, bob, ann])
        assert.deepInclude(byItem[0], {
          type: "order.refunded",
          requestId: order.request,
          reason: "broken",
          itemId,
          time: new Date(timeAt(50)).toISOString()
        })
        assert.deepInclude(byItem[1], { type: "item.adjusted", requestId: undefined })
        assert.strictEqual((yield* ask({ by: bob })).length, 4)
        assert.strictEqual((yield* ask({ itemId, by: ann, since: timeAt(6) })).length, 4)
      }))

    it.effect("who asked for the end of an order stands in its history, and the order is as it was", () =>
      Effect.gen(function*() {
        const { audit, find, history, sums } = yield* Archive
        const { item, request } = fresh(0)
        const order = { item, request, placed: 20 }
        const told = [
          asked("cancel_requested", { ...order, at: 23 }, "ann"),
          step("order.cancelled", { ...order, at: 24 }),
          step("order.completed", { ...order, placed: 30, attempt: 2, at: 31 }),
          asked("refund_requested", { ...order, placed: 30, attempt: 2, at: 32 }, "bob")
        ]
        // Of an order that is told once it has ended nothing is known before.
        yield* record(told.slice(0, 1))
        assert.deepStrictEqual(yield* find(request), [])
        yield* record(told.slice(0, 2))
        assert.deepStrictEqual((yield* find(request)).map(({ status, updatedAt }) => [status, updatedAt]), [
          ["CANCELLED", isoAt(24)]
        ])
        yield* record(told)
        assert.deepInclude((yield* find(request))[0], {
          status: "COMPLETED",
          attempt: 2,
          step: 3,
          updatedAt: isoAt(31)
        })
        assert.deepStrictEqual((yield* sums(item)).orders.map(({ orders, status }) => [status, orders]), [
          ["COMPLETED", 1]
        ])
        assert.deepStrictEqual(
          (yield* history(item, request)).map(({ by, reason, type }) => [type, by, reason]),
          [
            ["order.cancel_requested", "ann", "the buyer called"],
            ["order.cancelled", undefined, undefined],
            ["order.completed", undefined, undefined],
            ["order.refund_requested", "bob", "the buyer called"]
          ]
        )
        assert.deepStrictEqual(
          (yield* audit({ itemId: item }, undefined, 9)).entries.map((
            { by, requestId, type }
          ) => [type, by, requestId]),
          [["order.refund_requested", "bob", request], ["order.cancel_requested", "ann", request]]
        )
        // A step that comes late folds the order from all of its events.
        yield* record([step("order.reserved", { ...order, at: 20 })])
        assert.deepInclude((yield* find(request))[0], { status: "COMPLETED", attempt: 2, updatedAt: isoAt(31) })
      }))

    it.effect("orders of an item are added up as they are alike, with more money than a double counts", () =>
      Effect.gen(function*() {
        const { record } = yield* ArchiveWriter
        const { sums } = yield* Archive
        const { item: itemId } = fresh(0)
        assert.deepStrictEqual(yield* sums(itemId), {
          orders: [],
          refused: undefined,
          refundsDue: 0,
          retiredUntil: undefined,
          readUpTo: undefined
        })
        const price = 1_000_000_000_000
        const told = (type: "order.completed" | "order.refunded", n: number, data = {}) =>
          step(type, { item: itemId, request: RequestId.make(`${type} ${n} ${itemId}`), at: n }, data)
        yield* record(batch([
          ...range(0, 20).map((n) => told("order.completed", n, { price, amount: 1_000 })),
          told("order.completed", 30, { currency: "USD", price: 7, amount: 3 }),
          told("order.refunded", 31, { amount: 4, restocked: true }),
          told("order.refunded", 32, { amount: 5, restocked: false })
        ], { told: Offset.make(33) }))
        const found = yield* sums(itemId)
        assert.deepStrictEqual(found.orders, [
          {
            status: "COMPLETED",
            currency: "EUR",
            orders: 20,
            units: 20_000,
            money: 20_000_000_000_000_000n,
            restockedUnits: 0
          },
          { status: "COMPLETED", currency: "USD", orders: 1, units: 3, money: 21n, restockedUnits: 0 },
          { status: "REFUNDED", currency: "EUR", orders: 2, units: 9, money: 17_991n, restockedUnits: 4 }
        ])
        assert.strictEqual(found.readUpTo, (yield* (yield* Archive).told).get(partition))
      }))

    it.effect("says that it is up", () =>
      Effect.gen(function*() {
        assert.isTrue(yield* (yield* Archive).isUp)
      }))
  })
