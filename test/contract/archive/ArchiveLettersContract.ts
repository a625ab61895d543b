/** What every adapter of the archive keeps of dead letters, and what it deletes. */
import { assert, layer } from "@effect/vitest"
import { Archive, ArchiveWriter, type ToldEvent } from "@flash-sale/domain/ports/Archive"
import type { DeadLetter, Handling } from "@flash-sale/domain/ports/DeadLetters"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer } from "effect"
import { randomInt } from "node:crypto"
import { fresh } from "./ArchiveContract.ts"
import { adjusted, asked, batch, isoAt, partition, placed, refused, step, timeAt, type Which } from "./Telling.ts"

const letterOf = ({ at, item, request }: Which): DeadLetter => ({
  partition,
  offset: Offset.make(at),
  key: item,
  value: Uint8Array.of(0x7b, 0xff),
  error: "Payment Timeout",
  requestId: request,
  correlationId: CorrelationId.make("corr"),
  attempt: 1,
  timestamp: isoAt(at)
})

const handlingOf = ({ at }: Which, by: string, action: Handling["action"] = "replayed"): Handling => ({
  partition,
  offset: Offset.make(at),
  action,
  by,
  why: "paid by hand",
  timestamp: isoAt(at + 60)
})

const letters = (some: ReadonlyArray<DeadLetter>, handlings: ReadonlyArray<Handling> = []) =>
  Effect.flatMap(ArchiveWriter, ({ record }) => record(batch([], { source: "orders-dlq", letters: some, handlings })))

/** An offset that no other test uses. */
const somewhere = (): number => randomInt(1, 2 ** 40)

export const suite = <E>(name: string, adapter: Layer.Layer<Archive | ArchiveWriter, E>): void =>
  layer(adapter, { excludeTestServices: true })(`Archive: letters and deleting (${name})`, (it) => {
    it.effect("letters and how they were handled are in the history, whichever comes first", () =>
      Effect.gen(function*() {
        const { history } = yield* Archive
        const order = fresh(somewhere())
        const late = fresh(somewhere())
        yield* letters([letterOf(order)])
        yield* letters([], [handlingOf(order, "ann"), handlingOf(late, "ann")])
        yield* letters([letterOf(late)], [handlingOf(late, "bob", "discarded")])
        yield* letters([letterOf(order), letterOf(late)], [handlingOf(order, "bob")])
        for (const one of [order, late]) {
          const entries = yield* history(one.item, one.request)
          assert.deepStrictEqual(entries.map(({ by, reason, type }) => [type, by, reason]), [
            ["letter.put", undefined, "Payment Timeout"],
            ["letter.replayed", "ann", "paid by hand"]
          ])
          assert.deepInclude(entries[0]?.data, { error: "Payment Timeout", request_id: one.request })
        }
      }))

    it.effect("a payment that the shop owes counts until a person has handled its letter, and keeps its order", () =>
      Effect.gen(function*() {
        const { retire } = yield* ArchiveWriter
        const { find, sums } = yield* Archive
        const order = fresh(randomInt(1, 1_000))
        const owed = Effect.map(sums(order.item), ({ refundsDue }) => refundsDue)
        const letter: DeadLetter = { ...letterOf(order), error: "Payment Without Order" }
        yield* Effect.flatMap(ArchiveWriter, ({ record }) => record(batch([step("order.expired", order)])))
        yield* letters([letter, { ...letter, offset: Offset.make(order.at + 1) }, {
          ...letterOf({ ...order, at: 5_000 }),
          timestamp: isoAt(order.at)
        }])
        assert.strictEqual(yield* owed, 2)
        yield* letters([], [handlingOf(order, "ann", "discarded")])
        assert.strictEqual(yield* owed, 1)
        // Whatever is as old was told by this test: it owes money, and stays.
        const moment = timeAt(order.at + 70)
        assert.strictEqual(yield* retire(moment, 100), 0)
        yield* letters([], [handlingOf({ ...order, at: order.at + 1 }, "bob", "discarded")])
        assert.strictEqual(yield* owed, 0)
        assert.isUndefined((yield* sums(order.item)).retiredUntil)
        assert.isAtLeast(yield* retire(moment, 100), 1)
        assert.deepStrictEqual(yield* find(order.request), [])
        assert.strictEqual((yield* sums(order.item)).retiredUntil, new Date(moment).toISOString())
      }))

    it.effect("a letter that names no order is kept, and who handled it is found", () =>
      Effect.gen(function*() {
        const { audit } = yield* Archive
        const by = `ann ${somewhere()}`
        const order = fresh(somewhere())
        const { key: _key, requestId: _requestId, ...nameless } = letterOf(order)
        yield* letters([nameless], [handlingOf(order, by, "discarded")])
        const { entries } = yield* audit({ by }, undefined, 10)
        assert.deepStrictEqual(entries.map(({ itemId, requestId, type }) => [itemId, requestId, type]), [
          [undefined, undefined, "letter.discarded"]
        ])
      }))

    it.effect("letters from before the log was moved are others than those of the log", () =>
      Effect.gen(function*() {
        const { history } = yield* Archive
        const order = fresh(somewhere())
        yield* letters([letterOf(order), { ...letterOf(order), topic: "orders-0" }])
        assert.strictEqual((yield* history(order.item, order.request)).length, 2)
      }))

    it.effect("what the log does not explain is deleted, and orders are as the rest tells", () =>
      Effect.gen(function*() {
        const { add, deleteUnexplained } = yield* ArchiveWriter
        const { find, history, audit } = yield* Archive
        const own = PartitionId.make(randomInt(100, 9_000))
        const [kept, halved, gone] = [fresh(10), fresh(20), fresh(30)]
        const later = { ...halved, placed: 20, at: 40 }
        const by = `ann ${somewhere()}`
        yield* add(own, [
          step("order.completed", kept),
          step("order.reserved", halved, placed(halved)),
          step("order.completed", gone),
          step("order.completed", later),
          adjusted(gone.item, 50, by),
          step("order.completed", fresh(60))
        ], Offset.make(0))
        const asked: Array<ToldEvent> = []
        const explained = (told: ToldEvent): boolean => {
          asked.push(told)
          return told.itemId === kept.item || (told.itemId === halved.item && told.sequence === 20)
        }
        const range = { from: Offset.make(10), until: Offset.make(60) }
        assert.strictEqual(yield* deleteUnexplained(own, range, explained, 2), 2)
        assert.strictEqual(yield* deleteUnexplained(own, range, explained, 100), 1)
        assert.strictEqual(yield* deleteUnexplained(own, range, explained, 100), 0)
        assert.deepInclude(asked[0], {
          type: "order.completed",
          itemId: kept.item,
          requestId: kept.request,
          sequence: 10,
          time: timeAt(10)
        })
        assert.strictEqual((yield* find(kept.request))[0]?.status, "COMPLETED")
        assert.deepInclude((yield* find(halved.request))[0], { status: "RESERVED", metadata: placed(halved).metadata })
        assert.deepStrictEqual(yield* find(gone.request), [])
        assert.strictEqual((yield* history(halved.item, halved.request)).length, 1)
        assert.deepStrictEqual((yield* audit({ by }, undefined, 10)).entries, [])
      }))

    it.effect("a rebuild tells in the place of what another record has told, and orders are as that tells", () =>
      Effect.gen(function*() {
        const { add, record } = yield* ArchiveWriter
        const { find, history, sums } = yield* Archive
        const own = PartitionId.make(randomInt(100, 9_000))
        const order = fresh(10)
        const [early, alike, held] = [1, 2, 3].map((at) => ({ item: order.item, request: fresh(at).request, at }))
        const ends = (which: Which, at: number) => ({ ...which, placed: which.at, at })
        yield* record(batch([
          step("order.reserved", order, placed(order)),
          step("order.failed", ends(order, 90), { reason: "payment timed out" }),
          step("order.completed", ends(early!, 19)),
          step("order.completed", ends(alike!, 30)),
          step("order.completed", ends(held!, 90)),
          adjusted(order.item, 80, "ann")
        ], { partition: own }))
        const told = [
          step("order.completed", ends(order, 20)),
          step("order.expired", ends(early!, 22)),
          step("order.completed", ends(alike!, 30), { amount: 70 }),
          step("order.completed", ends(held!, 40))
        ]
        assert.strictEqual(yield* add(own, told, Offset.make(20)), 2)
        const shown = Effect.forEach(
          [order, early!, alike!, held!],
          ({ request }) => Effect.map(find(request), ([one]) => [one?.status, one?.updatedAt, one?.amount])
        )
        const expected = [
          ["COMPLETED", isoAt(20), 2],
          ["COMPLETED", isoAt(19), 2],
          ["COMPLETED", isoAt(30), 2],
          ["COMPLETED", isoAt(40), 2]
        ]
        assert.deepStrictEqual(yield* shown, expected)
        assert.deepStrictEqual((yield* history(order.item, order.request)).map(({ id, sequence }) => [id, sequence]), [
          ["3-10-1", 10],
          ["3-10-3", 20]
        ])
        assert.deepStrictEqual((yield* sums(order.item)).orders.map(({ orders, status }) => [status, orders]), [
          ["COMPLETED", 4]
        ])
        assert.strictEqual(yield* add(own, told, Offset.make(20)), 0)
        // Of an item alone as well, and of the same offset at another time.
        const [stocked, moved] = [adjusted(order.item, 80), step("order.completed", ends(held!, 40))]
        const again = [{ ...moved, event: { ...moved.event, time: isoAt(41) } }, stocked] as const
        assert.strictEqual(yield* add(own, again, Offset.make(0)), 1)
        assert.deepStrictEqual(yield* shown, expected)
      }))

    it.effect("counts that the log does not explain are deleted, and lower ones count then", () =>
      Effect.gen(function*() {
        const { add, deleteUnexplained } = yield* ArchiveWriter
        const { sums } = yield* Archive
        const own = PartitionId.make(randomInt(100, 9_000))
        const [kept, gone, later] = [fresh(0).item, fresh(0).item, fresh(0).item]
        const countsOf = Effect.forEach([kept, gone, later], (item) => Effect.map(sums(item), ({ refused }) => refused))
        yield* add(own, [
          refused(kept, 10, { sold_out: 1 }),
          refused(gone, 11, { sold_out: 2 }),
          refused(later, 12, { sold_out: 3 })
        ], Offset.make(0))
        const asked: Array<ToldEvent> = []
        const explained = (told: ToldEvent): boolean => {
          asked.push(told)
          return told.itemId === kept
        }
        const range = { from: Offset.make(10), until: Offset.make(12) }
        assert.strictEqual(yield* deleteUnexplained(own, range, explained, 0), 0)
        assert.strictEqual(yield* deleteUnexplained(own, range, explained, 100), 1)
        assert.deepStrictEqual(asked.at(-1), {
          id: `${own}-11-refused:${gone}`,
          type: "item.refused",
          itemId: gone,
          requestId: undefined,
          sequence: 11,
          time: undefined
        })
        assert.deepStrictEqual(yield* countsOf, [{ sold_out: 1 }, undefined, { sold_out: 3 }])
        yield* add(own, [refused(gone, 5, { limit: 1 }), refused(kept, 5, { limit: 1 })], Offset.make(0))
        assert.deepStrictEqual(yield* countsOf, [{ sold_out: 1 }, { limit: 1 }, { sold_out: 3 }])
      }))

    it.effect("orders that are final for long are deleted, with all of their history", () =>
      Effect.gen(function*() {
        const { newest, record, retire } = yield* ArchiveWriter
        const { find, history } = yield* Archive
        // Before all that the other tests tell.
        const [first, second, open, recent] = [fresh(0), fresh(1), fresh(2), fresh(3)]
        const at = (which: Which) => ({ ...which, placed: 1 })
        yield* record(batch([
          step("order.completed", at(first)),
          step("order.failed", at(second)),
          step("order.reserved", at(open)),
          step("order.completed", at(recent))
        ]))
        yield* letters([{ ...letterOf({ ...first, at: somewhere() }), timestamp: isoAt(1) }])
        assert.isAtLeast((yield* newest) ?? 0, timeAt(3))
        const before = timeAt(3)
        assert.strictEqual(yield* retire(before, 1), 1)
        assert.deepStrictEqual(yield* find(first.request), [])
        assert.deepStrictEqual(yield* history(first.item, first.request), [])
        assert.strictEqual(yield* retire(before, 100), 1)
        assert.strictEqual(yield* retire(before, 100), 0)
        assert.deepStrictEqual(yield* find(second.request), [])
        assert.strictEqual((yield* find(open.request)).length, 1)
        assert.strictEqual((yield* find(recent.request)).length, 1)
      }))

    it.effect("orders stay of which something was told since, or whose money is on its way back", () =>
      Effect.gen(function*() {
        const { record, retire } = yield* ArchiveWriter
        const { find } = yield* Archive
        const [paidBack, refunding, refunded, still] = [fresh(0), fresh(1), fresh(2), fresh(3)]
        const at = (which: Which, moment: number, placed = 1) => ({ ...which, placed, at: moment })
        const put = { ...letterOf({ ...paidBack, at: somewhere() }), timestamp: isoAt(5) }
        const handled = { ...handlingOf({ ...paidBack, at: put.offset }, "ann", "discarded"), timestamp: isoAt(6) }
        yield* record(batch([
          step("order.completed", at(paidBack, 0)),
          step("order.completed", at(refunding, 0)),
          asked("refund_requested", at(refunding, 1), "ann"),
          step("order.completed", at(refunded, 0)),
          asked("refund_requested", at(refunded, 1), "ann"),
          step("order.refunded", at(refunded, 2)),
          step("order.completed", at(still, 0))
        ]))
        yield* letters([put], [handled])
        const ids = (all: ReadonlyArray<Which>) =>
          Effect.map(Effect.forEach(all, ({ request }) => find(request)), (found) => found.map(({ length }) => length))
        const all = [paidBack, refunding, refunded, still]
        while ((yield* retire(timeAt(4), 100)) > 0);
        assert.deepStrictEqual(yield* ids(all), [1, 1, 0, 0])
        while ((yield* retire(timeAt(7), 100)) > 0);
        assert.deepStrictEqual(yield* ids(all), [0, 1, 0, 0])
      }))
  })
