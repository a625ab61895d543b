/** The embedded file as operators' commands see it. */
import { expect, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { damaged } from "@flash-sale/domain/rules/ItemDump"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as SqliteItemStore from "@flash-sale/infra/sqlite/SqliteItemStore"
import * as SqliteLogReader from "@flash-sale/infra/sqlite/SqliteLogReader"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import * as SqliteStoredItems from "@flash-sale/infra/sqlite/SqliteStoredItems"
import { Effect, Layer, Result } from "effect"
import { freshItem, place, request, stock, unreadable } from "../../contract/Commands.ts"
import * as LogReaderContract from "../../contract/LogReaderContract.ts"
import * as MissingRecordsContract from "../../contract/MissingRecordsContract.ts"
import * as StoredItemsContract from "../../contract/StoredItemsContract.ts"
import * as Folders from "./Folders.ts"

LogReaderContract.suite(
  "SQLite",
  Layer.merge(SqliteLogReader.layer, SqliteOrderLog.layer).pipe(Layer.provide(SqliteDatabase.layer("memory")))
)
MissingRecordsContract.suite(
  "SQLite",
  Layer.merge(SqliteLogReader.layer, SqliteOrderLog.layer).pipe(
    Layer.provideMerge(Layer.fresh(SqliteDatabase.layer("memory")))
  ),
  Effect.fnUntraced(function*(partition) {
    const itemId = Array.from({ length: 99 }, (_, n) => ItemId.make(`gone-${n}`))
      .find((one) => home(one, EMBEDDED_PARTITIONS) === partition)!
    const { append } = yield* OrderLog
    const { offset } = yield* append({ itemId, value: "{}", headers: {} })
    const { recent, write } = yield* SqliteDatabase.SqliteDatabase
    yield* append({ itemId, value: "{}", headers: {} })
    yield* write((connection) => {
      connection.run("DELETE FROM log WHERE partition = ? AND offset = ?", partition, offset)
      return Result.void
    })
    // As after a restart.
    recent.take(partition, 0, offset + 2)
    return offset
  })
)
StoredItemsContract.suite(
  "SQLite",
  Layer.unwrap(Effect.gen(function*() {
    const folder = yield* Folders.temporary
    // These commands make no engine: one has worked there.
    yield* Effect.scoped(Layer.build(SqliteInfra.layer({ folder })))
    return SqliteInfra.layerItemsAlone({ folder })
  }))
)

it.effect("An entry that a hand damaged in the file keeps what was found, and the others are read", () =>
  Effect.gen(function*() {
    const { itemId, partition } = freshItem()
    const commands = [stock(0, 2), place(1, itemId, "a"), place(2, itemId, "b"), place(3, itemId, "c"), unreadable(4)]
    yield* (yield* ItemStore).fold(request({ itemId, partition }, commands))
    const read = (yield* StoredItems).read(partition, itemId)
    const before = yield* read
    const { write } = yield* SqliteDatabase.SqliteDatabase
    yield* write((connection) => {
      connection.script(`
        UPDATE orders SET state = 'eaten' WHERE request = 'a';
        UPDATE turned SET reason = 'bored' WHERE request = 'c';
        UPDATE untold SET state = 'whispered';
        INSERT INTO buyers VALUES (1, 'no user', 3);
        INSERT INTO commands VALUES (1, 'no command', 4);
        INSERT INTO open_orders VALUES (1, 'b', 5, 'c', NULL, NULL);
        INSERT INTO open_orders VALUES (1, '', 5, 'c', NULL, NULL);
        INSERT INTO open_orders VALUES (1, 'c', 5, 'c', NULL, '{"a":1}');
        INSERT INTO refunds_due VALUES (1, 'b', 7, 'ref', NULL);
        INSERT INTO refunds_due VALUES (1, 'b', 8, 'other', 'no user');
        INSERT INTO refunds_due VALUES (1, 'c', 9, 'ref', 'u-1');
      `)
      return Result.void
    })
    expect(yield* read).toEqual({
      ...before,
      dump: {
        head: before.dump.head,
        orders: new Map<string, unknown>([...before.dump.orders, ["a", damaged("eaten u-1 1 1 1 0 - - - 0 - -")]]),
        rejected: new Map([["c", damaged("1 bored")]]),
        buyers: new Map([["no user", damaged("3")]]),
        commands: new Map<string, unknown>([...before.dump.commands, ["no command", damaged("4")]]),
        open: new Map<string, unknown>([["b", { dueAt: 5, correlationId: "c" }], ["", damaged("5 c - -")], [
          "c",
          damaged("5 c - {\"a\":1}")
        ]]),
        refundsDue: new Map<string, unknown>([
          ["b", damaged("8 other no user")],
          ["c", [{ offset: 9, reference: "ref", userId: "u-1" }]]
        ]),
        unpublished: new Map([["4", damaged("- whispered - 1")]])
      }
    })
  }).pipe(Effect.provide(
    Layer.provideMerge(Layer.merge(SqliteItemStore.layer, SqliteStoredItems.layer), SqliteDatabase.layer("memory"))
  )))
