/**
 * What every `ItemStore` does. The layer must provide an empty store of its own to each suite; hand-made changes of
 * stock are the business of the store that has hands near it.
 *
 * `isKnown` in a summary means that a record of the item was folded, or that a change of its stock is pending.
 */
import { describe, expect, layer } from "@effect/vitest"
import { ItemDamaged, ItemStore, PositionBehind } from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { type ItemId, UserId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { keptOf } from "@flash-sale/domain/rules/Outcome"
import { defaultSettings } from "@flash-sale/domain/rules/SaleSettings"
import { Effect, HashMap, type Layer, Option } from "effect"
import * as Histories from "../domain/Histories.ts"
import {
  adjust,
  cancel,
  freshItem,
  marked,
  place,
  renamed,
  request,
  requestId,
  rules,
  sale,
  settle,
  stock,
  unreadable
} from "./Commands.ts"
import * as FoldsAtOnce from "./FoldsAtOnce.ts"
import * as OpenOrders from "./OpenOrders.ts"

const HISTORIES = 40
const HISTORY_SIZE = 60
const BIG_BATCH = 500
/** So few that Redis keeps their names as one list, and so many that it does not. */
const FEW_ITEMS = 40
const MANY_ITEMS = 300
/** More than one call to a store asks. */
const MANY_QUESTIONS = 1_200

export const suite = <E>(name: string, store: Layer.Layer<ItemStore | RecoveryMarks, E>): void =>
  layer(store, { excludeTestServices: true })(`ItemStore (${name})`, (it) => {
    describe("ItemStore.levels", () => {
      it.effect("the levels of a partition are the units available of its items, up to a limit", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const { partition } = freshItem()
          expect(yield* store.levels(partition, 10)).toEqual([])
          const items = [freshItem(), freshItem(), freshItem()]
          for (const [index, item] of items.entries()) {
            yield* store.fold(request({ ...item, partition }, [stock(index, 10 + index)]))
          }
          const levels = yield* store.levels(partition, 10)
          expect(new Map(levels)).toEqual(new Map(items.map(({ itemId }, index) => [itemId, 10 + index])))
          expect(yield* store.levels(partition, 2)).toHaveLength(2)
          expect(yield* store.levels(freshItem().partition, 10)).toEqual([])
        }))
    })

    describe("ItemStore.names", () => {
      /** All pages of this size, one after the other. */
      const pages = Effect.fnUntraced(function*(partition: PartitionId, size: number) {
        const store = yield* ItemStore
        const found: Array<ReadonlyArray<ItemId>> = []
        let page = yield* store.names(partition, undefined, size)
        found.push(page.itemIds)
        while (page.next !== undefined) {
          page = yield* store.names(partition, page.next, size)
          found.push(page.itemIds)
        }
        return found
      })

      it.effect("the items of a partition are named page by page, each once, by pages of any size", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const { partition } = freshItem()
          expect(yield* pages(partition, 10)).toEqual([[]])
          // Few, which Redis keeps as a list, and more than it keeps so.
          const items: Array<ItemId> = []
          for (const count of [FEW_ITEMS, MANY_ITEMS]) {
            while (items.length < count) {
              const item = freshItem()
              yield* store.fold(request({ ...item, partition }, [stock(0, 1)]))
              items.push(item.itemId)
            }
            for (const size of [7, 200]) {
              const found = yield* pages(partition, size)
              expect(found.flat().toSorted()).toEqual(items.toSorted())
              for (const page of found) expect(page.length).toBeLessThanOrEqual(size)
            }
          }
          const other = freshItem()
          yield* store.fold(request(other, [stock(0, 1)]))
          expect(yield* pages(other.partition, 1)).toEqual([[other.itemId]])
        }))

      it.effect("an item that is there from the first page on is named, also where others come meanwhile", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const { partition } = freshItem()
          const add = Effect.fnUntraced(function*(count: number) {
            const items = Array.from({ length: count }, freshItem)
            for (const item of items) yield* store.fold(request({ ...item, partition }, [stock(0, 1)]))
            return items.map(({ itemId }) => itemId)
          })
          const first = yield* add(FEW_ITEMS)
          const found = new Set<ItemId>()
          let page = yield* store.names(partition, undefined, 10)
          yield* add(MANY_ITEMS)
          for (const itemId of page.itemIds) found.add(itemId)
          while (page.next !== undefined) {
            page = yield* store.names(partition, page.next, 10)
            for (const itemId of page.itemIds) found.add(itemId)
          }
          expect(first.filter((itemId) => !found.has(itemId))).toEqual([])
        }))
    })

    describe("ItemStore.readBuyers", () => {
      const asked = (
        item: { readonly itemId: ItemId; readonly partition: PartitionId },
        user: string,
        order: string
      ) => ({ ...item, userId: UserId.make(user), requestId: requestId(order) })

      it.effect("an item says what a buyer has bought under a limit, what is held, and which orders it knows", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          yield* store.fold(request(item, [
            stock(0, 20),
            place(1, item.itemId, "before", { user: "u-1", amount: 5 }),
            sale(2, { perUserLimit: 4 }),
            place(3, item.itemId, "sold", { user: "u-1", amount: 2 }),
            place(4, item.itemId, "held", { user: "u-1" }),
            place(5, item.itemId, "declined", { user: "u-2", amount: 3 }),
            place(6, item.itemId, "too much", { user: "u-1", amount: 2 }),
            settle(7, ["before", "paid"], ["sold", "paid"], ["declined", "declined"])
          ]))
          yield* marked(item.partition, 7)
          const answers = yield* store.readBuyers([
            asked(item, "u-1", "sold"),
            asked(item, "u-2", "declined"),
            asked(item, "u-3", "new"),
            asked(item, "u-1", "too much"),
            asked(item, "u-1", "before")
          ])
          expect(answers).toEqual([
            { bought: 3, held: 1, isKnown: true },
            { bought: 0, held: 1, isKnown: true },
            { bought: 0, held: 1, isKnown: false },
            { bought: 3, held: 1, isKnown: false },
            { bought: 3, held: 1, isKnown: true }
          ])
        }))

      it.effect("questions about several items are answered in their order, each by its own item", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const items = [freshItem(), freshItem(), freshItem()]
          for (const [n, item] of items.entries()) {
            const orders = Array.from({ length: n + 1 }, (_, index) => place(index + 2, item.itemId, `r-${index}`))
            yield* store.fold(request(item, [stock(0, 9), sale(1, { perUserLimit: 9 }), ...orders]))
            yield* marked(item.partition, 9)
          }
          const [one, two, three] = items as [typeof items[0], typeof items[0], typeof items[0]]
          const answers = yield* store.readBuyers([
            asked(three!, "u-1", "r-2"),
            asked(one!, "u-1", "r-2"),
            asked(two!, "u-1", "r-1"),
            asked(one!, "nobody", "r-0")
          ])
          expect(answers).toEqual([
            { bought: 3, held: 3, isKnown: true },
            { bought: 1, held: 1, isKnown: false },
            { bought: 2, held: 2, isKnown: true },
            { bought: 0, held: 1, isKnown: true }
          ])
          expect(yield* store.readBuyers([])).toEqual([])
          const many = Array.from({ length: MANY_QUESTIONS }, (_, n) => asked(items[n % 3]!, "u-1", `none-${n}`))
          const bought = (yield* store.readBuyers(many)).map((units) => units?.bought)
          expect(bought).toEqual(many.map((_, n) => n % 3 + 1))
        }))

      it.effect("buyers and orders of any valid name are found", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const names = ["__proto__", "constructor", "10", "\u{1F600}-7", "r:5", "%s"]
          const users = names.map((_, n) => names[n]!.replaceAll(/[^a-z0-9_]/g, "-"))
          const placed = names.map((name, n) => place(n + 2, item.itemId, name, { user: users[n]!, amount: n + 1 }))
          yield* store.fold(request(item, [stock(0, 100), sale(1, { perUserLimit: 50 }), ...placed]))
          yield* marked(item.partition, 50)
          const answers = yield* store.readBuyers(names.map((name, n) => asked(item, users[n]!, name)))
          expect(answers).toEqual(names.map((_, n) => ({ bought: n + 1, held: 21, isKnown: true })))
        }))

      it.effect("nothing is said of an item that is not there, or whose partition is not wholly folded", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const marks = yield* RecoveryMarks
          const item = freshItem()
          const commands = [stock(0, 9), sale(1, { perUserLimit: 2 }), place(2, item.itemId, "r", { user: "u" })]
          yield* store.fold(request(item, commands))
          const ask = store.readBuyers([asked(item, "u", "r")])
          expect(yield* ask).toEqual([undefined])
          yield* marks.begin(item.partition, "one")
          expect(yield* ask).toEqual([undefined])
          yield* marks.complete(item.partition, { epoch: "one", checkpoint: 2 })
          expect(yield* ask).toEqual([{ bought: 1, held: 1, isKnown: true }])
          const { itemId } = freshItem()
          expect(yield* store.readBuyers([asked({ ...item, itemId }, "u", "r"), asked(item, "u", "r")]))
            .toEqual([undefined, { bought: 1, held: 1, isKnown: true }])
        }))
    })

    OpenOrders.tests(it)
    FoldsAtOnce.tests(it)

    describe("ItemStore.fold", () => {
      it.effect("an item without records is not known", () =>
        Effect.gen(function*() {
          const { itemId, partition } = freshItem()
          const summary = yield* (yield* ItemStore).read(partition, itemId)
          expect(summary).toEqual({
            isKnown: false,
            available: 0,
            held: 0,
            sold: 0,
            stocked: 0,
            refused: {},
            settings: defaultSettings,
            rules: 1,
            position: -1,
            isComplete: false,
            pendingEdit: undefined
          })
        }))

      it.effect("a fold holds, sells and gives back units", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const reply = yield* store.fold(request(item, [
            stock(0, 3),
            place(1, item.itemId, "a", { amount: 2 }),
            place(2, item.itemId, "b"),
            place(4, item.itemId, "c"),
            settle(7, ["a", "paid"], ["b", "declined"])
          ]))
          expect(reply.outcomes.map((outcome) => [outcome.offset, outcome.fresh])).toEqual(
            [0, 1, 2, 4, 7].map((offset) => [offset, true])
          )
          expect(reply.outcomes.flatMap(({ orders }) => orders.map((order) => [order.requestId, order.state]))).toEqual(
            [
              ["a", "held"],
              ["b", "held"],
              ["c", "rejected"],
              ["a", "sold"],
              ["b", "released"]
            ]
          )
          expect(reply.summary).toMatchObject({
            isKnown: true,
            available: 1,
            held: 0,
            sold: 2,
            stocked: 3,
            position: 7
          })
          expect(yield* store.read(item.partition, item.itemId)).toEqual(reply.summary)
        }))

      it.effect("a request is found under any valid request id", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const names = ["a \"b\"", "back\\slash", "line\u2028separator", "𝄞 é", "</x>", "%s", "[1,2]", "0"]
          const placed = names.map((name, n) => place(n + 1, item.itemId, name))
          yield* store.fold(request(item, [stock(0, 100), ...placed]))
          const reply = yield* store.fold(
            request(item, [settle(20, ...names.map((name) => [name, "paid"] as const)), ...placed])
          )
          expect(reply.outcomes[0]?.orders.map(({ requestId, state }) => [requestId, state]))
            .toEqual(names.map((name) => [name, "sold"]))
          expect(reply.outcomes.slice(1).map(({ orders }) => orders[0]?.state)).toEqual(names.map(() => "sold"))
        }))

      it.effect("a silent fold gives no outcomes, and the same summary", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const [silent, loud] = [freshItem(), freshItem()]
          const commandsOf = ({ itemId }: { readonly itemId: ItemId }) => [
            stock(0, 1),
            place(1, itemId, "a"),
            place(2, itemId, "b"),
            unreadable(3),
            settle(4, ["a", "paid"])
          ]
          const reply = yield* store.fold(request(silent, commandsOf(silent), { withoutOutcomes: true }))
          const loudReply = yield* store.fold(request(loud, commandsOf(loud)))
          expect(reply.outcomes).toEqual([])
          expect(loudReply.outcomes).toHaveLength(5)
          expect(reply.summary).toEqual(loudReply.summary)
        }))

      it.effect("an item keeps the settings of its sale", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          yield* store.fold(request(item, [
            sale(0, { opensAt: 5, closesAt: 9, perUserLimit: 2, paused: true, price: 499, currency: "EUR" }),
            sale(1, { closesAt: null, paused: false })
          ]))
          const { settings } = yield* store.read(item.partition, item.itemId)
          expect(settings).toEqual({
            opensAt: 5,
            closesAt: undefined,
            perUserLimit: 2,
            paused: false,
            price: 499,
            currency: "EUR",
            holdSeconds: undefined,
            maxHoldSeconds: undefined
          })
        }))

      it.effect("an item knows how long holds last from version 2 of the rules on, which never goes back", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const lasting = { holdSeconds: 60, maxHoldSeconds: 90 }
          yield* store.fold(request(item, [sale(0, { ...lasting, price: 5 })]))
          expect(yield* store.read(item.partition, item.itemId)).toMatchObject({
            rules: 1,
            settings: { price: 5, holdSeconds: undefined, maxHoldSeconds: undefined }
          })
          yield* store.fold(request(item, [rules(1, 2), sale(2, lasting), rules(3, 1)]))
          expect(yield* store.read(item.partition, item.itemId)).toMatchObject({ rules: 2, settings: lasting })
          yield* store.fold(request(item, [sale(4, { holdSeconds: null })]))
          expect((yield* store.read(item.partition, item.itemId)).settings).toMatchObject({
            holdSeconds: undefined,
            maxHoldSeconds: 90
          })
        }))

      it.effect("a big batch is folded in one call", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const orders = Array.from({ length: BIG_BATCH }, (_, n) => place(n + 1, item.itemId, `r-${n}`))
          const { summary, outcomes } = yield* store.fold(request(item, [stock(0, BIG_BATCH / 2), ...orders]))
          expect(summary).toMatchObject({ available: 0, held: BIG_BATCH / 2, position: BIG_BATCH })
          expect(outcomes.filter(({ orders }) => orders[0]?.state === "rejected")).toHaveLength(BIG_BATCH / 2)
        }))
    })

    describe("ItemStore.fold of records that were folded before", () => {
      it.effect("a batch that is folded again changes nothing and gives the same outcomes", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const batch = [stock(0, 1), place(1, item.itemId, "a"), place(2, item.itemId, "b"), unreadable(3, "x")]
          const first = yield* store.fold(request(item, batch))
          const again = yield* store.fold(request(item, batch, { expected: 3 }))
          expect(again.outcomes.map(({ fresh }) => fresh)).toEqual([false, false, false, false])
          expect(again.outcomes.map(({ orders }) => orders.map((order) => ({ ...order, changed: false })))).toEqual(
            first.outcomes.map(({ orders }) => orders.map((order) => ({ ...order, changed: false })))
          )
          expect(again.summary).toEqual(first.summary)
        }))

      it.effect("an unreadable record is remembered until it is published", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const batch = [unreadable(5, "x")]
          yield* store.fold(request(item, batch))
          const unpublished = yield* store.fold(request(item, batch))
          expect(unpublished.outcomes[0]?.orders[0]?.state).toBe("unreadable")
          const published = yield* store.fold(request(item, batch, { published: [5] }))
          expect(published.outcomes[0]?.orders[0]?.state).toBe("unknown")
        }))

      it.effect("a repeated adjustment and a repeated order count once", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const { summary } = yield* store.fold(request(item, [
            adjust(0, { seq: 1, delta: 5 }),
            adjust(1, { seq: 1, delta: 5 }),
            place(2, item.itemId, "a", { amount: 3 }),
            place(3, item.itemId, "a", { amount: 3 })
          ]))
          expect(summary).toMatchObject({ available: 2, held: 3, stocked: 5 })
        }))

      it.effect("a fold counts the orders that it turns away, by reason, and each once", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const { itemId, partition } = item
          const before = yield* store.fold(request(item, [stock(0, 2), place(1, itemId, "a", { amount: 3 })]))
          expect(before.summary.refused).toEqual({ sold_out: 1 })
          const { summary } = yield* store.fold(request(item, [
            place(1, itemId, "a", { amount: 3 }),
            place(2, itemId, "a", { amount: 3 }),
            place(3, itemId, "b", { amount: 4 }),
            sale(4, { perUserLimit: 1, opensAt: 1_000, closesAt: 2_000 }),
            place(5, itemId, "c", { amount: 2, acceptedAt: 1_500 }),
            place(6, itemId, "d", { acceptedAt: 999 }),
            place(7, itemId, "e", { acceptedAt: 2_000 }),
            sale(8, { paused: true }),
            place(9, itemId, "f", { acceptedAt: 1_500 }),
            place(10, itemId, "g", { acceptedAt: 1_500 })
          ]))
          expect(summary.refused).toEqual({ sold_out: 2, limit: 1, not_open: 1, closed: 1, paused: 2 })
          expect((yield* store.read(partition, itemId)).refused).toEqual(summary.refused)
          const { summary: later } = yield* store.fold(request(item, [sale(11, { paused: false })]))
          expect(later.refused).toEqual(summary.refused)
        }))

      it.effect("a fold skips what another worker has folded meanwhile", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          yield* store.fold(request(item, [stock(0, 2), place(1, item.itemId, "a")]))
          const late = yield* store.fold(
            request(item, [place(1, item.itemId, "a"), place(2, item.itemId, "b")], { expected: 0 })
          )
          expect(late.outcomes.map(({ fresh }) => fresh)).toEqual([false, true])
          expect(late.summary).toMatchObject({ available: 0, held: 2, position: 2 })
        }))

      it.effect("a fold fails where the store has lost writes, and changes nothing", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          yield* store.fold(request(item, [stock(0, 2)]))
          const before = yield* store.read(item.partition, item.itemId)
          const error = yield* Effect.flip(store.fold(request(item, [place(9, item.itemId, "a")], { expected: 8 })))
          expect(error).toEqual(new PositionBehind({ itemId: item.itemId, position: 0 }))
          expect(yield* store.read(item.partition, item.itemId)).toEqual(before)
        }))
    })

    describe("ItemStore: a record of later rules", () => {
      it.effect("a record of later rules stops its item alone, and nothing of its batch is folded", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const other = freshItem()
          yield* store.fold(request(item, [stock(0, 2)]))
          const before = yield* store.read(item.partition, item.itemId)
          const error = yield* Effect.flip(
            store.fold(request(item, [place(1, item.itemId, "a"), rules(2, 999), place(3, item.itemId, "b")]))
          )
          expect(error).toBeInstanceOf(ItemDamaged)
          expect(error).toMatchObject({ itemId: item.itemId })
          expect(yield* store.read(item.partition, item.itemId)).toEqual(before)
          expect((yield* store.fold(request(other, [stock(0, 2)]))).summary.available).toBe(2)
        }))
    })

    describe("ItemStore: the mark of a partition", () => {
      it.effect("is begun: folds are taken under its epoch, and the item is not complete until it is", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const marks = yield* RecoveryMarks
          const item = freshItem()
          const { itemId, partition } = item
          const moved = new MarkMoved({ partition })
          yield* marks.begin(partition, "one")
          expect(yield* Effect.flip(store.fold(request(item, [stock(0, 2)], { epoch: "two" })))).toEqual(moved)
          expect(yield* Effect.flip(store.fold(request(item, [stock(0, 2)], { epoch: undefined })))).toEqual(moved)
          const { summary } = yield* store.fold(request(item, [stock(0, 2)], { epoch: "one" }))
          expect(summary).toMatchObject({ available: 2, isComplete: false })
          expect(yield* store.read(partition, itemId)).toMatchObject({ available: 2, isComplete: false })
          expect(yield* store.detectEdits(partition, "one")).toEqual([])
          expect(yield* Effect.flip(store.detectEdits(partition, "two"))).toEqual(moved)
          yield* marks.complete(partition, { epoch: "one", checkpoint: 3 })
          expect((yield* store.read(partition, itemId)).isComplete).toBe(true)
        }))

      it.effect("every fold checks the epoch, and does nothing under another one or none", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          const moved = new MarkMoved({ partition: item.partition })
          const fold = (epoch: string | undefined) => store.fold(request(item, [stock(0, 2)], { epoch }))
          expect(yield* Effect.flip(fold("one"))).toEqual(moved)
          yield* marked(item.partition, 0)
          expect(yield* Effect.flip(fold("two"))).toEqual(moved)
          expect(yield* Effect.flip(fold(undefined))).toEqual(moved)
          expect((yield* store.read(item.partition, item.itemId)).isKnown).toBe(false)
          expect((yield* fold("one")).summary).toMatchObject({ available: 2, isComplete: true })
        }))

      it.effect("every detection of edits checks the epoch", () =>
        Effect.gen(function*() {
          const store = yield* ItemStore
          const item = freshItem()
          yield* store.fold(request(item, [stock(0, 2)]))
          expect(yield* Effect.flip(store.detectEdits(item.partition, "one"))).toEqual(
            new MarkMoved({ partition: item.partition })
          )
          yield* marked(item.partition, 0)
          expect(yield* store.detectEdits(item.partition, "one")).toEqual([])
        }))
    })

    it.effect("a cancel voids before it releases", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const item = freshItem()
        const { outcomes, summary } = yield* store.fold(request(item, [
          stock(0, 1),
          place(1, item.itemId, "a"),
          cancel(2, "a"),
          settle(3, ["a", "paid"]),
          settle(4, ["a", "voided"])
        ]))
        expect(outcomes.slice(2).map(({ orders }) => [orders[0]?.state, orders[0]?.changed])).toEqual([
          ["voiding", true],
          ["voiding", false],
          ["released", true]
        ])
        expect(summary).toMatchObject({ available: 1, held: 0, sold: 0 })
      }))

    it.effect("random histories are folded as the domain's Fold does", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        for (const history of yield* Histories.histories("item-store", HISTORY_SIZE, HISTORIES)) {
          yield* compare(store, history)
        }
      }))

    it.effect("a store that works says that it is up", () =>
      Effect.gen(function*() {
        expect(yield* (yield* ItemStore).isUp).toBe(true)
      }))
  })

/** Folds one history in batches of growing size, each overlapping the one before. */
const compare = Effect.fnUntraced(function*(
  store: ItemStore["Service"],
  original: ReadonlyArray<Fold.Batch["commands"][number]>
) {
  const { itemId, partition } = freshItem()
  const history = original.map(renamed(itemId))
  let state = Fold.nothing
  for (let from = 0, size = 1; from < history.length; from += size, size += 1) {
    const commands = history.slice(Math.max(0, from - 2), from + size)
    const batch: Fold.Batch = {
      commands,
      published: commands.slice(0, 1).map(({ offset }) => offset),
      expected: undefined
    }
    const expected = Fold.fold(state, batch)
    if (expected._tag !== "Folded") return yield* Effect.die(new Error(`the domain says ${expected._tag}`))
    const reply = yield* store.fold({ ...batch, partition, itemId, epoch: undefined, emitEvents: true })
    const { available, held, rules, stocked, settings, sold } = expected.state.item
    expect(reply.outcomes).toEqual(expected.outcomes)
    expect(reply.summary).toMatchObject({
      available,
      held,
      stocked,
      settings,
      rules,
      sold,
      position: expected.state.position
    })
    state = expected.state
  }
  yield* compareReads(store, { itemId, partition }, state)
})

/** What is read of single orders is what the fold knows of them. */
const compareReads = Effect.fnUntraced(function*(
  store: ItemStore["Service"],
  { itemId, partition }: ReturnType<typeof freshItem>,
  { item, position }: Fold.Folded
) {
  for (const id of Histories.requestIds) {
    expect(yield* store.readOrder(partition, itemId, id)).toEqual({
      position,
      isComplete: false,
      order: Option.getOrUndefined(HashMap.get(item.orders, id)),
      ...keptOf(item, id)
    })
  }
  const { next, orders } = yield* store.openOrders(partition, itemId, undefined, Histories.requestIds.length + 1)
  expect(next).toBeUndefined()
  expect(new Map(orders.map((found) => [found.requestId, found]))).toEqual(
    new Map(Array.from(item.open, ([requestId, open]) => [
      requestId,
      { requestId, open, order: HashMap.getUnsafe(item.orders, requestId) }
    ]))
  )
})
