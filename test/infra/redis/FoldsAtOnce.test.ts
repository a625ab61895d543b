/** Folds that share a call of `fold.lua`: damage, a server that takes no writes, and answers that are lost. */
import { expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { damaged } from "@flash-sale/domain/rules/ItemDump"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Effect, Exit } from "effect"
import { freshItem, place, request, settle, stock } from "../../contract/Commands.ts"
import * as OwnRedis from "./OwnRedis.ts"

const ITEMS = 100
/** Of the folds of a hundred items: two that begin at once, and one for what waits meanwhile. */
const MOST_CALLS = 4
const ROUNDS = 40

type Item = ReturnType<typeof freshItem>

const sell = (item: Item) =>
  request(item, [place(1, item.itemId, "a", { amount: 2 }), place(2, item.itemId, "b"), settle(3, ["a", "paid"])], {
    emitEvents: true
  })

const setUp = Effect.fnUntraced(function*(count: number) {
  const store = yield* ItemStore
  const { cli } = yield* OwnRedis.OwnRedis
  const items = Array.from({ length: count }, freshItem)
  const foldAll = (of: (item: Item) => ReturnType<typeof request>) =>
    Effect.forEach(items, (item) => Effect.exit(store.fold(of(item))), { concurrency: "unbounded" })
  yield* foldAll((item) => request(item, [stock(0, 10)]))
  const summaries = Effect.forEach(items, ({ itemId, partition }) => store.read(partition, itemId))
  /** All that Redis holds of the item. */
  const dump = ({ itemId }: Item) =>
    Effect.forEach([...Keys.ofItem(itemId), Keys.events(itemId)], (key) => cli("DUMP", key))
  return { cli, dump, foldAll, items, summaries }
})

const callsOf = (stats: unknown, command: string): number =>
  Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(String(stats))?.[1] ?? 0)

layer(OwnRedis.layer, { excludeTestServices: true })("Folds of many items in Redis", (it) => {
  it.effect("they share a few calls", () =>
    Effect.gen(function*() {
      const { cli, foldAll } = yield* setUp(ITEMS)
      yield* cli("CONFIG", "RESETSTAT")
      expect((yield* foldAll(sell)).every(Exit.isSuccess)).toBe(true)
      expect(callsOf(yield* cli("INFO", "commandstats"), "evalsha")).toBeLessThanOrEqual(MOST_CALLS)
    }))

  const DAMAGES: ReadonlyArray<readonly [what: string, damage: (item: Item) => ReadonlyArray<string | number>]> = [
    ["a ledger of the wrong type", ({ itemId }) => ["SET", Keys.orders(itemId), "1"]],
    ["a stream of the wrong type", ({ itemId }) => ["SET", Keys.events(itemId), "1"]],
    ["an inventory key of the wrong type", ({ itemId }) => ["LPUSH", Keys.inventory(itemId), "1"]],
    ["a mark of the wrong type", ({ partition }) => ["SET", Keys.mark(partition), "1"]],
    ["counts that are no numbers", ({ itemId }) => ["HSET", Keys.meta(itemId), "held", "many"]],
    ["an order that cannot be read", ({ itemId }) => ["HSET", Keys.orders(itemId), "a", "nonsense"]],
    ["counts that do not balance", ({ itemId }) => ["HSET", Keys.meta(itemId), "available", "3"]]
  ]

  for (const [what, damage] of DAMAGES) {
    it.effect(`one item with ${what} stops alone and unchanged, and the others of its call are folded`, () =>
      Effect.gen(function*() {
        const { cli, dump, foldAll, items } = yield* setUp(7)
        const [damaged, ...sound] = [items[3]!, ...items.filter((_, at) => at !== 3)]
        const [command, key, ...rest] = damage(damaged)
        yield* cli("DEL", command === "LPUSH" ? String(key) : "none")
        yield* cli(String(command), key!, ...rest)
        const before = yield* dump(damaged)
        const exits = yield* foldAll(sell)
        expect(exits.map(Exit.isSuccess)).toEqual(items.map((item) => item !== damaged))
        const failure = exits[3]!
        expect(Exit.isFailure(failure) && failure.cause.reasons[0]).toMatchObject({
          error: { _tag: "ItemDamaged", itemId: damaged.itemId }
        })
        expect(yield* dump(damaged)).toEqual(before)
        const store = yield* ItemStore
        for (const { itemId, partition } of sound) {
          expect(yield* store.read(partition, itemId)).toMatchObject({ available: 7, held: 1, sold: 2, position: 3 })
        }
      }))
  }

  it.effect("a server that is full takes none of them, and says nothing of the items", () =>
    Effect.gen(function*() {
      const { cli, foldAll, items, summaries } = yield* setUp(20)
      const before = yield* summaries
      yield* cli("CONFIG", "SET", "maxmemory", 1)
      const exits = yield* Effect.ensuring(foldAll(sell), cli("CONFIG", "SET", "maxmemory", 0))
      for (const exit of exits) {
        expect(Exit.isFailure(exit) && exit.cause.reasons[0]).toMatchObject({ error: { _tag: "StoreUnavailable" } })
      }
      expect(yield* summaries).toEqual(before)
      expect((yield* foldAll(sell)).filter(Exit.isSuccess)).toHaveLength(items.length)
    }))

  it.effect("an item whose fold was denied half-way stops, also once the right is there again", () =>
    Effect.gen(function*() {
      const { cli, foldAll, items } = yield* setUp(1)
      const { itemId, partition } = items[0]!
      // The event is written after the ledger.
      yield* cli("ACL", "SETUSER", "default", "-xadd")
      const [denied] = yield* Effect.ensuring(foldAll(sell), cli("ACL", "SETUSER", "default", "+xadd"))
      expect(Exit.isFailure(denied!) && denied.cause.reasons[0]).toMatchObject({ error: { _tag: "StoreUnavailable" } })
      yield* OwnRedis.untilUp
      const [stopped] = yield* foldAll(sell)
      expect(Exit.isFailure(stopped!) && stopped.cause.reasons[0]).toMatchObject({
        error: { _tag: "ItemDamaged", detail: expect.stringContaining("half-written") }
      })
      // `reconcile` finds it, and nothing that it would take for a change of stock by hand.
      const { address } = yield* OwnRedis.OwnRedis
      const { byHand, dump } = yield* Effect.flatMap(StoredItems, (stored) => stored.read(partition, itemId)).pipe(
        Effect.provide(RedisInfra.layerItems(address))
      )
      expect([dump.head.available, byHand]).toEqual([damaged("half-written"), []])
    }))

  it.effect("an item whose fold was denied before its first write is as it was", () =>
    Effect.gen(function*() {
      const { cli, dump, foldAll, items } = yield* setUp(1)
      const before = yield* dump(items[0]!)
      yield* cli("ACL", "SETUSER", "default", "-hset")
      const [denied] = yield* Effect.ensuring(foldAll(sell), cli("ACL", "SETUSER", "default", "+hset"))
      expect(Exit.isFailure(denied!) && denied.cause.reasons[0]).toMatchObject({ error: { _tag: "StoreUnavailable" } })
      expect(yield* dump(items[0]!)).toEqual(before)
      yield* OwnRedis.untilUp
      expect((yield* foldAll(sell)).every(Exit.isSuccess)).toBe(true)
    }))

  it.effect("folds without an answer have happened or not, each whole, and are right once they are sent again", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { cli, foldAll, items, summaries } = yield* setUp(ITEMS)
      let lost = 0
      for (let round = 0; round < ROUNDS; round++) {
        const [first, second] = [2 * round + 1, 2 * round + 2]
        const placeOne = (item: Item) => request(item, [stock(first, 1), place(second, item.itemId, `${round}`)])
        // The connection ends at some moment while they are on their way.
        const end = cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        const [exits] = yield* Effect.all([foldAll(placeOne), end], { concurrency: 2 })
        lost += exits.filter(Exit.isFailure).length
        yield* OwnRedis.untilUp
        for (const [at, { available, held, position }] of (yield* summaries).entries()) {
          expect([2 * round, 2 * round + 2], items[at]!.itemId).toContain(position)
          expect([available, held]).toEqual([10, position / 2])
        }
        for (const exit of yield* foldAll(placeOne)) expect(Exit.isSuccess(exit)).toBe(true)
      }
      expect(lost).toBeGreaterThan(0)
      expect((yield* summaries).map(({ available, held }) => [available, held])).toEqual(items.map(() => [10, ROUNDS]))
      expect(yield* store.isUp).toBe(true)
    }))
})
