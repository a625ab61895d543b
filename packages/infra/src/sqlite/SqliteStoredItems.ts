/** All that the embedded file holds of an item: for operators' commands that compare and repair. */
import { type StoredItem, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import type { RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Clock, Effect, Layer } from "effect"
import * as ClearJob from "./ClearJob.ts"
import { type Connection, integer, type Row, RowDamaged, text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as CheckoutRows from "./items/CheckoutRows.ts"
import * as ItemHead from "./items/ItemHead.ts"
import * as ItemLoad from "./items/ItemLoad.ts"

export const layer: Layer.Layer<StoredItems, never, SqliteDatabase> = Layer.effect(
  StoredItems,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const ask = <A>(look: (connection: Connection) => A) => Effect.catch(database.read(look), storeUnavailable)
    return {
      location: "the embedded file",
      isEmpty: ask((connection) =>
        connection.get("SELECT 1 FROM items LIMIT 1") === undefined &&
        connection.get("SELECT 1 FROM marks LIMIT 1") === undefined
      ),
      items: (partition) =>
        ask((connection) =>
          connection.all("SELECT name FROM items WHERE partition = ?", partition)
            .map((row) => ItemId.make(text(row, "name")))
        ),
      positions: (_, itemIds) =>
        ask((connection) =>
          itemIds.map((itemId) => {
            const row = connection.get("SELECT position FROM items WHERE name = ?", itemId)
            return row === undefined ? NOTHING_FOLDED : integer(row, "position")
          })
        ),
      read: (partition, itemId) =>
        ask((connection) => atOneMoment(connection, () => read(connection, partition, itemId))),
      clear: (partition, epoch, clearings, accepted) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Effect.catchTags(
            database.write(
              ClearJob.make(partition, epoch, clearings, accepted, Moment.isoOf(now))
            ),
            { SqliteUnavailable: storeUnavailable, SqliteUnknown: storeUnavailable }
          ))
    }
  })
)

/** Several reads of one state of the file, also while it is written. */
const atOneMoment = <A>(connection: Connection, look: () => A): A => {
  connection.run("BEGIN")
  try {
    return look()
  } finally {
    connection.run("COMMIT")
  }
}

/** What is stored of an item of which nothing was folded. Stock is never changed by hand in the file. */
const nothing: StoredItem = {
  dump: ItemDump.of(Fold.nothing),
  position: NOTHING_FOLDED,
  indexed: true,
  damages: [],
  byHand: []
}

const read = (connection: Connection, partition: PartitionId, itemId: ItemId): StoredItem => {
  const row = connection.get("SELECT id, partition FROM items WHERE name = ?", itemId)
  if (row === undefined) return { ...nothing, indexed: false }
  try {
    const head = ItemHead.find(connection, itemId)!
    return {
      dump: { head: ItemDump.headOf(head.item, head.position), ...maps(connection, head.id) },
      position: head.position,
      indexed: integer(row, "partition") === partition,
      damages: [],
      byHand: []
    }
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error
    return { ...nothing, damages: [error.message] }
  }
}

/** The entries of a table. A damaged one keeps its columns as they were found. */
const mapOf = <A>(
  rows: ReadonlyArray<Row>,
  key: string,
  read: (row: Row) => readonly [unknown, A]
): ReadonlyMap<string, ItemDump.Stored<A>> => {
  const value = (row: Row): ItemDump.Stored<A> => {
    try {
      return read(row)[1]
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error
      const columns = Object.entries(row).filter(([column]) => column !== "item" && column !== key)
      return ItemDump.damaged(columns.map(([, found]) => found === null ? "-" : String(found)).join(" "))
    }
  }
  return new Map(rows.map((row) => [String(row[key]), value(row)]))
}

/** Several rows for each request: one that is damaged damages them all. */
const dueOf = (rows: ReadonlyArray<Row>): ItemDump.ItemDump["refundsDue"] => {
  const all = new Map<string, ItemDump.Stored<ReadonlyArray<RefundDue>>>()
  for (const row of rows) {
    const request = String(row["request"])
    const [due] = mapOf([row], "request", CheckoutRows.toDue).values()
    const before = all.get(request) ?? []
    if (due === undefined || ItemDump.isDamaged(before)) continue
    all.set(request, ItemDump.isDamaged(due) ? due : [...before, due])
  }
  return all
}

const maps = (connection: Connection, id: number): Omit<ItemDump.ItemDump, "head"> => {
  const rows = (table: typeof ClearJob.MAPS[number]) => connection.all(`SELECT * FROM ${table} WHERE item = ?`, id)
  return {
    orders: mapOf(rows("orders"), "request", ItemLoad.toOrder),
    rejected: mapOf(rows("turned"), "request", ItemLoad.toRejected),
    buyers: mapOf(rows("buyers"), "user", ItemLoad.toBuyer),
    commands: mapOf(rows("commands"), "command", ItemLoad.toCommand),
    open: mapOf(rows("open_orders"), "request", CheckoutRows.toOpen),
    refundsDue: dueOf(rows("refunds_due")),
    unpublished: mapOf(rows("untold"), "offset", ItemLoad.toUnpublished)
  }
}
