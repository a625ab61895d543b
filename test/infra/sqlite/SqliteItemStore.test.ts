import { assert, describe, it } from "@effect/vitest"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { EVENTS_KEPT, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { COMMANDS_REMEMBERED, REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import { integer } from "@flash-sale/infra/sqlite/database/Connection"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteItemStore from "@flash-sale/infra/sqlite/SqliteItemStore"
import * as SqliteLiveEvents from "@flash-sale/infra/sqlite/SqliteLiveEvents"
import { Effect, Layer, Result } from "effect"
import { freshItem, place, request, settle, stock } from "../../contract/Commands.ts"

const BATCH = 4_096

const layer = Layer.provideMerge(
  Layer.merge(SqliteItemStore.layer, SqliteLiveEvents.layer),
  SqliteDatabase.layer("memory")
)

const count = (table: "turned" | "commands" | "events") =>
  Effect.flatMap(
    SqliteDatabase.SqliteDatabase,
    ({ read }) => read((connection) => integer(connection.get(`SELECT count(*) AS n FROM ${table}`) ?? {}, "n"))
  )

describe("SqliteItemStore", () => {
  it.effect("the store remembers REJECTED_REMEMBERED rejected ids, and no more", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      for (let from = 0; from <= REJECTED_REMEMBERED; from += BATCH) {
        const orders = Array.from({ length: BATCH }, (_, n) => place(from + n, item.itemId, `r-${from + n}`))
        yield* store.fold(request(item, orders, { published: orders.map(({ offset }) => offset - BATCH) }))
      }
      assert.strictEqual(yield* count("turned"), REJECTED_REMEMBERED)
      const last = REJECTED_REMEMBERED + BATCH
      const { outcomes } = yield* store.fold(request(item, [
        stock(last, 2),
        place(last + 1, item.itemId, `r-${BATCH}`),
        place(last + 2, item.itemId, `r-${BATCH - 1}`)
      ]))
      assert.deepStrictEqual(outcomes.map(({ orders }) => orders[0]?.state), [undefined, "rejected", "held"])
    }).pipe(Effect.provide(layer)))

  it.effect("the store remembers COMMANDS_REMEMBERED operators' commands, and no more", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const item = freshItem()
      const commands = Array.from({ length: COMMANDS_REMEMBERED + 5 }, (_, offset) => stock(offset, 1))
      yield* store.fold(request(item, commands.slice(0, 10)))
      const { summary } = yield* store.fold(request(item, commands.slice(10)))
      assert.strictEqual(summary.stocked, commands.length)
      assert.strictEqual(yield* count("commands"), COMMANDS_REMEMBERED)
    }).pipe(Effect.provide(layer)))

  it.effect("the store keeps the last events of an item, and goes on numbering", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const live = yield* LiveEvents
      const item = freshItem()
      yield* Effect.forEach(Array.from({ length: EVENTS_KEPT + 3 }, (_, offset) => stock(offset, 1)), (command) =>
        store.fold(request(item, [command], { emitEvents: true })))
      assert.strictEqual(yield* count("events"), EVENTS_KEPT)
      const events = yield* live.read(item.itemId, undefined, EVENTS_KEPT + 3)
      assert.deepStrictEqual([events[0]?.event.available, events.at(-1)?.event.available], [4, EVENTS_KEPT + 3])
    }).pipe(Effect.provide(layer)))

  it.effect("a reader after an unknown event id begins with the oldest event that is kept", () =>
    Effect.gen(function*() {
      const item = freshItem()
      yield* (yield* ItemStore).fold(request(item, [stock(0, 1)], { emitEvents: true }))
      const live = yield* LiveEvents
      assert.strictEqual((yield* live.read(item.itemId, "1700000000000-0", 10)).length, 1)
      assert.strictEqual((yield* live.read(item.itemId, "' OR 1", 10)).length, 1)
      // One from a former life of the file: what comes from now on is not kept back until it is passed.
      assert.strictEqual((yield* live.read(item.itemId, "999", 10)).length, 0)
      yield* (yield* ItemStore).fold(request(item, [stock(1, 1)], { emitEvents: true }))
      assert.strictEqual((yield* live.read(item.itemId, "1", 10)).length, 1)
    }).pipe(Effect.provide(layer)))

  it.effect.each(["state = 'eaten'", "user = 'no user'", "reason = 'bored'"])(
    "an item with damaged rows is stopped, and no other: %s",
    (damage) =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const { write } = yield* SqliteDatabase.SqliteDatabase
        const [damaged, sound] = [freshItem(), freshItem()]
        for (const item of [damaged, sound]) {
          yield* store.fold(request(item, [stock(0, 2), place(1, item.itemId, "a")]))
        }
        yield* write((connection) => {
          const where = `item = (SELECT id FROM items WHERE name = '${damaged.itemId}')`
          connection.script(`UPDATE orders SET ${damage} WHERE ${where}`)
          return Result.void
        })
        const folds = [damaged, sound].map((item) =>
          Effect.result(store.fold(request(item, [settle(2, ["a", "paid"])])))
        )
        const [first, second] = yield* Effect.all(folds, { concurrency: "unbounded" })
        assert.isTrue(Result.isFailure(first!) && first.failure instanceof ItemDamaged)
        assert.isTrue(Result.isSuccess(second!) && second.success.summary.sold === 1)
      }).pipe(Effect.provide(layer))
  )

  it.effect("counts by reason begin where the file had none, and one that cannot be read stops its item", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { write } = yield* SqliteDatabase.SqliteDatabase
      const item = freshItem()
      const keep = (refused: string) =>
        write((connection) => {
          connection.run("UPDATE items SET refused = ? WHERE name = ?", refused, item.itemId)
          return Result.void
        })
      yield* store.fold(request(item, [place(0, item.itemId, "a"), place(1, item.itemId, "b")]))
      // As the step of the tables leaves what an older release has folded.
      yield* keep("")
      assert.deepStrictEqual((yield* store.read(item.partition, item.itemId)).refused, { unknown: 2 })
      const { summary } = yield* store.fold(request(item, [place(2, item.itemId, "c")]))
      assert.deepStrictEqual(summary.refused, { sold_out: 1, unknown: 2 })
      yield* keep("many")
      assert.instanceOf(yield* Effect.flip(store.read(item.partition, item.itemId)), ItemDamaged)
    }).pipe(Effect.provide(layer)))

  it.effect("an item whose counts do not add up is stopped", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { write } = yield* SqliteDatabase.SqliteDatabase
      const item = freshItem()
      yield* store.fold(request(item, [stock(0, 2)]))
      yield* write((connection) => {
        connection.run("UPDATE items SET available = 5 WHERE name = ?", item.itemId)
        return Result.void
      })
      const error = yield* Effect.flip(store.fold(request(item, [place(1, item.itemId, "a")])))
      assert.instanceOf(error, ItemDamaged)
    }).pipe(Effect.provide(layer)))
})
