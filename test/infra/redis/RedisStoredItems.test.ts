import { expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import { adjust, freshItem, marked, place, request, stock } from "../../contract/Commands.ts"
import * as StoredItemsContract from "../../contract/StoredItemsContract.ts"
import * as OwnRedis from "./OwnRedis.ts"

StoredItemsContract.suite("Redis", OwnRedis.layerItems)

/** More entries than one call reads. */
const LARGE = 20_500
const BATCH = 2_000

layer(OwnRedis.layerItems, { excludeTestServices: true })("RedisStoredItems", (it) => {
  it.effect("a large item is read in pieces", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      yield* store.fold(request(item, [stock(0, LARGE)]))
      for (let from = 1; from <= LARGE; from += BATCH) {
        const orders = Array.from(
          { length: Math.min(BATCH, LARGE + 1 - from) },
          (_, n) => place(from + n, item.itemId, `r-${from + n}`)
        )
        yield* store.fold(request(item, orders))
      }
      const { dump, position } = yield* (yield* StoredItems).read(item.partition, item.itemId)
      expect(position).toBe(LARGE)
      expect(dump.orders.size).toBe(LARGE)
    }))

  it.effect("up to where a log was accepted with holes stays with the mark that ends its recovery", () =>
    Effect.gen(function*() {
      const stored = yield* StoredItems
      const marks = yield* RecoveryMarks
      const { partition } = freshItem()
      yield* stored.clear(partition, yield* marks.begin(partition, "one"), [], { from: 2, wholeFrom: 30 })
      expect(yield* marks.accepted(partition)).toEqual({ from: 2, wholeFrom: 30 })
      const epoch = yield* marks.begin(partition, "two")
      yield* marks.complete(partition, { epoch, checkpoint: 5 })
      yield* marks.checkpoint(partition, { epoch, checkpoint: 7 })
      expect(yield* marks.accepted(partition)).toBeUndefined()
      expect(yield* marks.read(partition)).toEqual({ epoch, checkpoint: 7, wholeFrom: 30 })
      // Another log that is accepted, and one that is folded anew, know nothing of it.
      yield* stored.clear(partition, epoch, [])
      const third = yield* marks.begin(partition, "three")
      yield* marks.complete(partition, { epoch: third, checkpoint: 0 })
      expect(yield* marks.read(partition)).toEqual({ epoch: third, checkpoint: 0 })
    }))

  it.effect("an edit that is not in the log stays when the fold of its item is cleared", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const stored = yield* StoredItems
      const { cli } = yield* OwnRedis.OwnRedis
      const item = freshItem()
      const { itemId, partition } = item
      const key = Keys.inventory(itemId)
      const log = [stock(0, 10), adjust(1, { seq: 1, delta: 30 }), place(2, itemId, "a")]
      const refold = store.fold(request(item, log))
      yield* refold
      const again = Effect.fnUntraced(function*(parked: number, seq: number) {
        yield* marked(partition, 0, "e")
        yield* stored.clear(partition, "e", [{ itemId, seq: 1, why: "a test" }])
        yield* refold
        yield* marked(partition, 0, "e")
        expect(yield* store.read(partition, itemId)).toMatchObject({
          available: 39,
          held: 1,
          pendingEdit: parked === 0 ? undefined : { seq, delta: parked }
        })
      })
      // Nothing by hand: nothing comes of the damage, though the key shows it.
      yield* cli("HSET", Keys.meta(itemId), "available", 80, "left", 80)
      yield* cli("SET", key, 80)
      yield* again(0, 0)
      // Set and not noticed yet, by as much as an older record said.
      yield* cli("SET", key, 69)
      yield* again(30, 2)
      // Noticed and waiting, and set once more.
      yield* cli("SET", key, 70)
      yield* again(30, 2)
      expect(yield* cli("GET", key)).toBe("70")
      // The number that was left there is damaged: the key was not edited.
      yield* cli("HSET", Keys.meta(itemId), "left", 1)
      yield* again(30, 2)
      expect(yield* cli("GET", key)).toBe("70")
      // Nothing is left to know it by: what the key shows is what the stock is to come to.
      yield* cli("DEL", Keys.meta(itemId))
      yield* again(31, 2)
    }))
})
