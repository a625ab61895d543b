/** Stock that an operator sets by hand: `SET inventory:101 100`, at any moment, whatever else goes on. */
import { describe, expect, layer } from "@effect/vitest"
import type { PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect, Logger } from "effect"
import { adjust, freshItem, marked, place, request, settle, stock } from "../../contract/Commands.ts"
import * as OwnRedis from "./OwnRedis.ts"

const EPOCH = "epoch-1"

/** An item in a marked partition, and an operator at its key. */
const setUp = Effect.gen(function*() {
  const store = yield* ItemStore
  const { cli } = yield* OwnRedis.OwnRedis
  const item = freshItem()
  const key = Keys.inventory(item.itemId)
  const mark = marked(item.partition, 0, EPOCH)
  const fold = (...commands: ReadonlyArray<LoggedCommand>) => store.fold(request(item, commands, { epoch: EPOCH }))
  const refold = (...commands: ReadonlyArray<LoggedCommand>) => store.fold(request(item, commands))
  return {
    ...item,
    store,
    cli,
    key,
    mark,
    fold,
    refold,
    set: (value: string | number) => cli("SET", key, value),
    get: cli("GET", key),
    read: store.read(item.partition, item.itemId),
    detect: store.detectEdits(item.partition, EPOCH),
    pending: (seq: number, delta: number): PendingEdit => ({ itemId: item.itemId, seq, delta })
  }
})

layer(OwnRedis.layer, { excludeTestServices: true })("RedisItemStore: stock set by hand", (it) => {
  describe("an edit of an item", () => {
    it.effect("an edit of an unknown item is found by a read, and by detectEdits from then on", () =>
      Effect.gen(function*() {
        const { fold, get, read, mark, pending, detect, set } = yield* setUp
        yield* mark
        yield* set(100)
        expect(yield* read).toMatchObject({ isKnown: true, available: 0, pendingEdit: pending(1, 100) })
        expect(yield* detect).toEqual([pending(1, 100)])
        const { summary: after } = yield* fold(adjust(0, { seq: 1, delta: 100 }))
        expect(after).toMatchObject({ available: 100, stocked: 100, pendingEdit: undefined })
        expect(yield* get).toBe("100")
        expect(yield* detect).toEqual([])
      }))

    it.effect("an edit is detected once, upwards and downwards", () =>
      Effect.gen(function*() {
        const { fold, get, mark, pending, detect, set } = yield* setUp
        yield* mark
        yield* fold(stock(0, 10))
        yield* set(40)
        expect(yield* detect).toEqual([pending(1, 30)])
        expect(yield* detect).toEqual([pending(1, 30)])
        yield* fold(adjust(1, { seq: 1, delta: 30 }), adjust(2, { seq: 1, delta: 30 }))
        yield* set(5)
        expect(yield* detect).toEqual([pending(2, -35)])
        const { summary } = yield* fold(adjust(3, { seq: 2, delta: -35 }))
        expect(summary).toMatchObject({ available: 5, stocked: 5, pendingEdit: undefined })
        expect(yield* get).toBe("5")
      }))

    it.effect("an edit is not overwritten by orders that are folded meanwhile", () =>
      Effect.gen(function*() {
        const { fold, get, itemId, mark, pending, set } = yield* setUp
        yield* mark
        yield* fold(stock(0, 10))
        yield* set(50)
        const { summary } = yield* fold(place(1, itemId, "a", { amount: 4 }), place(2, itemId, "b", { amount: 7 }))
        expect(summary).toMatchObject({ available: 6, held: 4, pendingEdit: pending(1, 40) })
        expect(yield* get).toBe("46")
        const { summary: after } = yield* fold(adjust(3, { seq: 1, delta: 40 }), settle(4, ["a", "declined"]))
        expect(after).toMatchObject({ available: 50, held: 0, stocked: 50 })
        expect(yield* get).toBe("50")
      }))

    it.effect("an edit downwards takes at most what is available, and the key never goes below 0", () =>
      Effect.gen(function*() {
        const { fold, get, itemId, mark, pending, detect, set } = yield* setUp
        yield* mark
        yield* fold(stock(0, 100))
        yield* set(40)
        expect(yield* detect).toEqual([pending(1, -60)])
        yield* fold(place(1, itemId, "a", { amount: 90 }))
        expect(yield* get).toBe("0")
        expect(yield* detect).toEqual([pending(1, -60)])
        const { summary } = yield* fold(adjust(2, { seq: 1, delta: -60 }))
        expect(summary).toMatchObject({ available: 0, held: 90, stocked: 90, pendingEdit: undefined })
        const { summary: after } = yield* fold(settle(3, ["a", "declined"]))
        expect(after).toMatchObject({ available: 90, pendingEdit: undefined })
        expect(yield* get).toBe("90")
      }))

    it.effect("two edits are pending one after the other", () =>
      Effect.gen(function*() {
        const { fold, get, mark, pending, detect, set } = yield* setUp
        yield* mark
        yield* fold(stock(0, 10))
        yield* set(20)
        expect(yield* detect).toEqual([pending(1, 10)])
        yield* set(50)
        expect(yield* detect).toEqual([pending(1, 10)])
        const { summary } = yield* fold(adjust(1, { seq: 1, delta: 10 }))
        expect(summary).toMatchObject({ available: 20, pendingEdit: pending(2, 30) })
        expect(yield* get).toBe("50")
        const { summary: after } = yield* fold(adjust(2, { seq: 2, delta: 30 }))
        expect(after).toMatchObject({ available: 50, pendingEdit: undefined })
      }))

    it.effect("an edit is pending again under a later number where the log has another one under its own", () =>
      Effect.gen(function*() {
        const { fold, get, mark, pending, detect, set } = yield* setUp
        yield* mark
        yield* set(7)
        expect(yield* detect).toEqual([])
        yield* fold(stock(0, 0))
        expect(yield* detect).toEqual([pending(1, 7)])
        const { summary } = yield* fold(adjust(1, { seq: 1, delta: 5 }))
        expect(summary).toMatchObject({ available: 5, pendingEdit: pending(2, 7) })
        expect(yield* get).toBe("12")
      }))
  })

  describe("an edit that is no number of units", () => {
    for (const value of ["abc", "", "-3", "1.5", "1e3", " 7", "99999999999999999999"]) {
      it.effect(`an edit to ${JSON.stringify(value)} is put back, with an error line that names the key`, () =>
        Effect.gen(function*() {
          const { fold, get, key, mark, detect, set } = yield* setUp
          const lines: Array<string> = []
          const logger = Logger.make(({ logLevel, message }) => {
            lines.push(`${logLevel} ${String(message)}`)
          })
          yield* mark
          yield* fold(stock(0, 10))
          yield* set(value)
          expect(yield* detect.pipe(Effect.provide(Logger.layer([logger])))).toEqual([])
          expect(yield* get).toBe("10")
          expect(lines.filter((line) => line.startsWith("Error") && line.includes(key))).toHaveLength(1)
        }))
    }

    it.effect("a deleted key is put back by the first operation that finds it", () =>
      Effect.gen(function*() {
        const { cli, fold, get, itemId, key, read, mark, detect } = yield* setUp
        yield* mark
        yield* fold(stock(0, 10))
        yield* cli("DEL", key)
        expect(yield* read).toMatchObject({ available: 10, pendingEdit: undefined })
        expect(yield* get).toBe("10")
        yield* cli("DEL", key)
        expect(yield* detect).toEqual([])
        expect(yield* get).toBe("10")
        yield* cli("DEL", key)
        yield* fold(place(1, itemId, "a"))
        expect(yield* get).toBe("9")
      }))

    it.effect("a key of another type stops this item alone, and changes nothing", () =>
      Effect.gen(function*() {
        const { cli, fold, key, read, mark, detect } = yield* setUp
        yield* mark
        yield* fold(stock(0, 10))
        yield* cli("DEL", key)
        yield* cli("LPUSH", key, "1")
        expect(yield* Effect.flip(fold(stock(1, 10)))).toMatchObject({ _tag: "ItemDamaged" })
        expect(yield* Effect.flip(read)).toMatchObject({ _tag: "ItemDamaged" })
        expect(yield* detect).toEqual([])
        yield* cli("DEL", key)
        expect(yield* read).toMatchObject({ available: 10, position: 0 })
      }))
  })

  describe("an edit while the partition has no mark", () => {
    it.effect("an edit without a mark is deferred, and pending when the mark is there", () =>
      Effect.gen(function*() {
        const { get, read, mark, pending, refold, detect, set } = yield* setUp
        yield* refold(stock(0, 10))
        yield* set(25)
        expect((yield* refold(stock(1, 10))).summary).toMatchObject({ available: 20, pendingEdit: undefined })
        expect(yield* get).toBe("35")
        yield* mark
        expect(yield* detect).toEqual([pending(1, 15)])
        expect(yield* read).toMatchObject({ available: 20, pendingEdit: pending(1, 15) })
      }))

    it.effect("a deferred edit is explained by a logged adjustment of the same size", () =>
      Effect.gen(function*() {
        const { get, itemId, mark, refold, detect, set } = yield* setUp
        yield* refold(stock(0, 10))
        yield* set(25)
        yield* refold(place(1, itemId, "a", { amount: 3 }), adjust(2, { seq: 1, delta: 15 }))
        expect(yield* get).toBe("22")
        yield* mark
        expect(yield* detect).toEqual([])
      }))

    it.effect("a deferred edit is the target where nothing else is left of the item", () =>
      Effect.gen(function*() {
        const { cli, get, itemId, read, mark, pending, refold, detect, set } = yield* setUp
        const log = [adjust(0, { seq: 1, delta: 100 }), place(1, itemId, "a", { amount: 30 })]
        yield* refold(...log)
        yield* cli("DEL", Keys.meta(itemId), Keys.orders(itemId), Keys.items((yield* setUp).partition))
        yield* set(50)
        expect((yield* refold(...log)).summary).toMatchObject({ available: 70, held: 30, pendingEdit: undefined })
        expect(yield* get).toBe("50")
        yield* mark
        expect(yield* detect).toEqual([pending(2, -20)])
        yield* detect
        expect(yield* read).toMatchObject({ available: 70, pendingEdit: pending(2, -20) })
        expect(yield* get).toBe("50")
      }))

    it.effect("a deferred edit is left alone by a read", () =>
      Effect.gen(function*() {
        const { cli, itemId, read, set } = yield* setUp
        yield* set(100)
        expect(yield* read).toMatchObject({ isKnown: true, available: 0, isComplete: false, pendingEdit: undefined })
        expect(yield* cli("EXISTS", Keys.meta(itemId))).toBe(0)
      }))
  })

  it.effect("after FLUSHALL under a living connection, every operation of a fold says that the mark has moved", () =>
    Effect.gen(function*() {
      const { cli, detect, fold, mark, partition, set } = yield* setUp
      const marks = yield* RecoveryMarks
      yield* mark
      yield* fold(stock(0, 10))
      yield* cli("FLUSHALL")
      yield* set(3)
      const moved = new MarkMoved({ partition })
      expect(yield* Effect.flip(fold(stock(1, 10)))).toEqual(moved)
      expect(yield* Effect.flip(detect)).toEqual(moved)
      expect(yield* Effect.flip(marks.checkpoint(partition, { epoch: EPOCH, checkpoint: 1 }))).toEqual(moved)
      expect(yield* cli("KEYS", "*")).toHaveLength(1)
    }))
})
