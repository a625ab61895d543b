/** What every `ItemStore` says of single orders: of one by its request id, and of those that are open. */
import { describe, expect, type Vitest } from "@effect/vitest"
import type { OpenCursor } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Effect } from "effect"
import * as HistorySeeds from "../domain/HistorySeeds.ts"
import { confirm, expire, hold, refund } from "./CheckoutCommands.ts"
import { cancel, freshItem, marked, place, request, requestId, rules, settle, stock } from "./Commands.ts"

/** So few that Redis keeps them as one list, and so many that it does not. */
const FEW = 20
const MANY = 700
const AT_ONCE = 350

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

export const tests = (it: Vitest.MethodsNonLive<ItemStore | RecoveryMarks>): void => {
  const item = () => ({ ...freshItem() })

  /** The ids on all pages of about this size, one page after the other, and the largest page. */
  const pages = Effect.fnUntraced(function*({ itemId, partition }: ReturnType<typeof item>, size: number) {
    const store = yield* ItemStore
    const ids: Array<string> = []
    let [largest, count] = [0, 0]
    let from: OpenCursor | undefined
    do {
      const page = yield* store.openOrders(partition, itemId, from, size)
      for (const { requestId } of page.orders) ids.push(requestId)
      largest = Math.max(largest, page.orders.length)
      count++
      from = page.next
    } while (from !== undefined)
    return { ids: [...new Set(ids)].toSorted(), largest, count }
  })

  describe("ItemStore.readOrder", () => {
    it.effect("what a shop has noted on a hold is kept as it is until the order is final", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        for (const metadata of HistorySeeds.metadata) {
          const { itemId, partition } = item()
          const noted = metadata === undefined ? {} : { metadata }
          const outcomes = yield* store.fold(request({ itemId, partition }, [
            rules(0, 2),
            stock(1, 9),
            hold(2, itemId, "a b", { traceparent, ...noted }),
            confirm(3, "a b")
          ]))
          const open = { correlationId: "contract", traceparent, ...noted }
          expect(outcomes.outcomes[2]!.orders[0]!.open).toEqual({ dueAt: 600_000, ...open })
          const confirmed = { ...open, dueAt: undefined }
          expect((yield* store.readOrder(partition, itemId, requestId("a b"))).open).toEqual(confirmed)
          const page = yield* store.openOrders(partition, itemId, undefined, 10)
          expect(page.orders.map((found) => found.open)).toEqual([confirmed])
          const paid = yield* store.fold(request({ itemId, partition }, [settle(4, ["a b", "paid"])]))
          expect(paid.outcomes[0]!.orders[0]!.open).toEqual(confirmed)
          expect((yield* store.readOrder(partition, itemId, requestId("a b"))).open).toBeUndefined()
        }
      }))

    it.effect("an item says what it knows of an order, and of one that it does not know", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const { itemId, partition } = item()
        const read = (name: string) => store.readOrder(partition, itemId, requestId(name))
        const nothing = { order: undefined, open: undefined, refundsDue: [] }
        expect(yield* read("a")).toEqual({ ...nothing, position: -1, isComplete: false })
        yield* store.fold(request({ itemId, partition }, [
          rules(0, 2),
          stock(1, 9),
          place(2, itemId, "bought", { amount: 2 }),
          hold(3, itemId, "a b", { user: "-", holdSeconds: 5, traceparent }),
          confirm(4, "bought", { reference: "ref 1", user: "someone" }),
          confirm(5, "bought", { reference: "-" }),
          confirm(6, "never", { reference: "é/*" })
        ]))
        yield* marked(partition, 7)
        const known = { position: 6, isComplete: true }
        expect(yield* read("bought")).toMatchObject({
          ...known,
          order: { state: "held", userId: "u-1", amount: 2, placedAtOffset: 2, hold: undefined },
          open: undefined,
          refundsDue: [
            { offset: 4, reference: "ref 1", userId: "someone" },
            { offset: 5, reference: "-", userId: undefined }
          ]
        })
        expect(yield* read("a b")).toMatchObject({
          ...known,
          order: { state: "open", userId: "-", hold: { confirmedAtOffset: undefined, reference: undefined } },
          open: { dueAt: 5_000, correlationId: "contract", traceparent },
          refundsDue: []
        })
        expect(yield* read("never")).toEqual({
          ...known,
          ...nothing,
          refundsDue: [{ offset: 6, reference: "é/*", userId: undefined }]
        })
        yield* store.fold(request({ itemId, partition }, [
          confirm(7, "a b", { reference: "é \u{1F600}", user: "-" })
        ], { epoch: "one" }))
        expect(yield* read("a b")).toMatchObject({
          position: 7,
          order: { state: "sold", hold: { confirmedAtOffset: 7, reference: "é \u{1F600}" } },
          open: undefined
        })
      }))
  })

  describe("ItemStore.openOrders", () => {
    it.effect("open orders are found page by page, by pages of any size, until they are final", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const own = item()
        let offset = 2
        yield* store.fold(request(own, [rules(0, 2), stock(1, 10_000)]))
        expect(yield* pages(own, 10)).toEqual({ ids: [], largest: 0, count: 1 })
        const open: Array<string> = []
        for (const count of [FEW, MANY]) {
          while (open.length < count) {
            const names = Array.from(
              { length: Math.min(AT_ONCE, count - open.length) },
              (_, n) => `hold ${open.length + n}`
            )
            yield* store.fold(request(own, names.map((name) => hold(offset++, own.itemId, name))))
            open.push(...names)
          }
          for (const size of [7, 200, 5_000]) {
            expect((yield* pages(own, size)).ids).toEqual(open.toSorted())
          }
        }
        // A page is about as large as was asked for, and not the whole item.
        const { count, largest } = yield* pages(own, 50)
        expect(largest).toBeLessThan(200)
        expect(count).toBeGreaterThan(3)
        yield* store.fold(request(own, [
          cancel(offset++, "hold 0"),
          expire(offset++, 4_000_000, open.slice(1, 300)),
          confirm(offset++, "hold 300"),
          confirm(offset++, "hold 301"),
          settle(offset++, ["hold 301", "paid"]),
          confirm(offset++, "hold 302"),
          settle(offset++, ["hold 302", "paid"]),
          refund(offset++, "hold 302"),
          confirm(offset++, "hold 303"),
          settle(offset++, ["hold 303", "paid"]),
          refund(offset++, "hold 303"),
          settle(offset++, ["hold 303", "voided"])
        ]))
        const left = [...open.slice(304), "hold 300", "hold 302"].toSorted()
        expect((yield* pages(own, 100)).ids).toEqual(left)
        const all = (yield* store.openOrders(own.partition, own.itemId, undefined, 10_000)).orders
        const found = (name: string) => all.find((one) => one.requestId === name)
        expect(found("hold 300")).toMatchObject({ open: { dueAt: undefined }, order: { state: "held" } })
        expect(found("hold 302")).toMatchObject({ open: { dueAt: undefined }, order: { state: "refunding" } })
        expect(found("hold 400")).toMatchObject({ open: { dueAt: 600_000 }, order: { state: "open" } })
      }))

    it.effect("one that is open from the first page to the last is on one of them, whatever comes meanwhile", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const own = item()
        let offset = 2
        const add = Effect.fnUntraced(function*(prefix: string, count: number) {
          const names = Array.from({ length: count }, (_, n) => `${prefix} ${n}`)
          yield* store.fold(request(own, names.map((name) => hold(offset++, own.itemId, name))))
          return names
        })
        yield* store.fold(request(own, [rules(0, 2), stock(1, 10_000)]))
        const first = yield* add("first", AT_ONCE)
        const found = new Set<string>()
        let page = yield* store.openOrders(own.partition, own.itemId, undefined, 20)
        for (const { requestId } of page.orders) found.add(requestId)
        yield* add("second", AT_ONCE)
        yield* add("third", AT_ONCE)
        while (page.next !== undefined) {
          page = yield* store.openOrders(own.partition, own.itemId, page.next, 20)
          for (const { requestId } of page.orders) found.add(requestId)
        }
        expect(first.filter((name) => !found.has(name))).toEqual([])
      }))
  })
}
