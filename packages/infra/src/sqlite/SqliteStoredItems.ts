/** All that the embedded file holds of an item: for operators' commands that compare and repair. */
import { type AcceptedLog, MarkMoved } from "@flash-sale/domain/ports/ItemStore"
import { type Clearing, type StoredItem, StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { NOTHING_FOLDED, type PartitionId } from "@flash-sale/domain/records/Partition"
import { empty } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Clock, DateTime, Effect, Layer, Result } from "effect"
import { type Connection, integer, type Row, RowDamaged, text } from "./database/Connection.ts"
import * as LogChain from "./database/LogChain.ts"
import { type Job, SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as ItemHead from "./items/ItemHead.ts"

/** The tables of an item's maps. */
const MAPS = ["orders", "turned", "buyers", "commands", "untold"] as const

/** The row stays, as its number stands for the name elsewhere and its events go on being counted. */
const RESET = `
UPDATE items SET
  partition = ?, position = ${NOTHING_FOLDED}, available = 0, held = 0, sold = 0, put = 0, seq = 0, rules = 1,
  turned_count = 0, command_count = 0, opens_at = NULL, closes_at = NULL, per_user_limit = NULL, paused = 0,
  price = NULL, currency = NULL
WHERE id = ?`

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
              clear(partition, epoch, clearings, accepted, DateTime.formatIso(DateTime.makeUnsafe(now)))
            ),
            { SqliteUnavailable: storeUnavailable, SqliteUnknown: storeUnavailable }
          ))
    }
  })
)

/** Several reads of one state of the file, whoever writes it meanwhile. */
const atOneMoment = <A>(connection: Connection, look: () => A): A => {
  connection.run("BEGIN")
  try {
    return look()
  } finally {
    connection.run("COMMIT")
  }
}

/** What is stored of an item of which nothing was folded. Nobody types stock into the file. */
const nothing: StoredItem = {
  dump: new Map(ItemDump.head(empty, NOTHING_FOLDED)),
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
      dump: new Map([...ItemDump.head(head.item, head.position), ...maps(connection, head.id)]),
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

const word = (value: Row[string] | undefined): string => value === null || value === undefined ? "-" : String(value)

function* maps(connection: Connection, id: number): Iterable<readonly [string, string]> {
  for (const row of connection.all("SELECT * FROM orders WHERE item = ?", id)) {
    const words = ["state", "user", "amount", "attempt", "place"].map((column) => word(row[column]))
    const rest = ["price", "currency", "reason"].map((column) => word(row[column]))
    yield [ItemDump.orderOf(text(row, "request")), [...words, row["capped"] === 1 ? "capped" : "-", ...rest].join(" ")]
  }
  for (const row of connection.all("SELECT request, n, reason FROM turned WHERE item = ?", id)) {
    yield [ItemDump.rejectedOf(text(row, "request")), `${word(row["reason"])} ${word(row["n"])}`]
  }
  for (const row of connection.all("SELECT user, units FROM buyers WHERE item = ?", id)) {
    yield [ItemDump.buyerOf(text(row, "user")), word(row["units"])]
  }
  for (const row of connection.all("SELECT command, n FROM commands WHERE item = ?", id)) {
    yield [ItemDump.commandOf(text(row, "command")), word(row["n"])]
  }
  for (const row of connection.all("SELECT offset, request, state, reason, attempt FROM untold WHERE item = ?", id)) {
    const request = row["request"]
    yield [
      ItemDump.unpublishedOf(integer(row, "offset")),
      `${word(row["state"])} ${word(row["reason"])} ${word(row["attempt"])} ${request === null ? "" : word(request)}`
    ]
  }
}

const clear = (
  partition: PartitionId,
  epoch: string | undefined,
  clearings: ReadonlyArray<Clearing>,
  accepted: AcceptedLog | undefined,
  at: string
): Job<void, MarkMoved> =>
(connection) => {
  const mark = connection.get("SELECT epoch FROM marks WHERE partition = ? AND checkpoint IS NOT NULL", partition)
  if ((mark === undefined ? undefined : text(mark, "epoch")) !== epoch) return Result.fail(new MarkMoved({ partition }))
  connection.run("DELETE FROM marks WHERE partition = ?", partition)
  if (accepted !== undefined) {
    connection.run("INSERT OR REPLACE INTO accepted VALUES (?, ?, ?)", partition, accepted.from, accepted.told)
    // The log is accepted as it is, with what is damaged in it.
    const damaged = LogChain.firstBreak(connection, partition)
    if (damaged !== undefined) LogChain.rechain(connection, partition, damaged.offset)
  }
  for (const { itemId, why } of clearings) {
    const row = connection.get("SELECT id FROM items WHERE name = ?", itemId)
    if (row !== undefined) {
      const id = integer(row, "id")
      for (const table of MAPS) connection.run(`DELETE FROM ${table} WHERE item = ?`, id)
      connection.run(RESET, partition, id)
    }
    connection.run("INSERT INTO repairs(at, item, partition, why) VALUES (?, ?, ?, ?)", at, itemId, partition, why)
  }
  return Result.void
}
