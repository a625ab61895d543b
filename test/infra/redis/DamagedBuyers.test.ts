/** Items with damaged keys or a parked change say nothing of their buyers, and keep no other item from answering. */
import { expect, layer } from "@effect/vitest"
import type { BuyerQuestion } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { UserId } from "@flash-sale/domain/records/Ids"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import { adjust, freshItem, marked, place, request, requestId, sale, stock } from "../../contract/Commands.ts"
import * as OwnRedis from "./OwnRedis.ts"

/** An item of which the buyer `u-1` holds two units, and the question about the order that holds them. */
const soldTo = Effect.gen(function*() {
  const item = freshItem()
  const store = yield* ItemStore
  yield* store.fold(
    request(item, [stock(0, 9), sale(1, { perUserLimit: 2 }), place(2, item.itemId, "r", { amount: 2 })])
  )
  yield* marked(item.partition, 2)
  return { ...item, question: { ...item, userId: UserId.make("u-1"), requestId: requestId("r") } }
})
const answered = { bought: 2, held: 2, isKnown: true }
const readBuyers = (...questions: ReadonlyArray<BuyerQuestion>) =>
  Effect.flatMap(ItemStore, (store) => store.readBuyers(questions))

layer(OwnRedis.layer, { excludeTestServices: true })("RedisItemStore: what is said of buyers", (it) => {
  it.effect("an item with a damaged key says nothing, and the others of the same call answer", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const sound = (yield* soldTo).question
      const damages = [
        [Keys.mark, "SET", "text"],
        [Keys.meta, "SET", "text"],
        [Keys.buyers, "RPUSH", "a list"],
        [Keys.orders, "SET", "text"]
      ] as const
      for (const [key, command, ...args] of damages) {
        const { itemId, partition, question } = yield* soldTo
        const name = key === Keys.mark ? Keys.mark(partition) : (key as typeof Keys.meta)(itemId)
        expect(yield* readBuyers(question)).toEqual([answered])
        yield* cli("DEL", name)
        yield* cli(command, name, ...args)
        expect(yield* readBuyers(question, sound, question)).toEqual([undefined, answered, undefined])
      }
    }))

  it.effect("a count that is no number says nothing of its buyer", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const { itemId, question } = yield* soldTo
      yield* cli("HSET", Keys.buyers(itemId), "u-1", "many")
      const other = { ...question, userId: UserId.make("u-2") }
      expect(yield* readBuyers(question, other)).toEqual([undefined, { ...answered, bought: 0 }])
      yield* cli("HSET", Keys.meta(itemId), "held", "-1")
      expect(yield* readBuyers(other)).toEqual([undefined])
    }))

  it.effect("nothing is said while a hand-made change of stock is parked", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const store = yield* ItemStore
      const { question, ...item } = yield* soldTo
      yield* cli("SET", Keys.inventory(item.itemId), "20")
      const { pendingEdit } = yield* store.read(item.partition, item.itemId)
      expect(pendingEdit).toMatchObject({ seq: 1, delta: 13 })
      expect(yield* readBuyers(question)).toEqual([undefined])
      yield* store.fold(request(item, [adjust(3, { seq: 1, delta: 13 })], { epoch: "one" }))
      expect(yield* readBuyers(question)).toEqual([answered])
    }))
})
