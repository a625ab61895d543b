/** Reading letters and handlings of the embedded file in the order in which they were put. */
import { type LetterBatch, type LetterEntry, LetterReader } from "@flash-sale/domain/ports/LetterReader"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Option, Stream } from "effect"
import { type Connection, integer, type Row } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as LetterRows from "./letters/LetterRows.ts"

/** Entries of one batch. */
const PAGE = 500
/** All are in one line. */
const PARTITION = PartitionId.make(0)

const END = "SELECT coalesce(max(n), 0) + 1 AS next FROM letter_log"
const ENTRIES = "SELECT n, partition, offset, handled FROM letter_log WHERE n >= ? AND n < ? ORDER BY n LIMIT ?"

const entryOf = (connection: Connection, row: Row): LetterEntry | undefined => {
  const isHandled = integer(row, "handled") === 1
  const table = isHandled ? "handlings" : "letters"
  const found = connection.get(
    `SELECT * FROM ${table} WHERE partition = ? AND offset = ?`,
    integer(row, "partition"),
    integer(row, "offset")
  )
  if (found === undefined) return undefined
  return isHandled
    ? { _tag: "Handled", handling: LetterRows.toHandling(found) }
    : { _tag: "Letter", letter: LetterRows.toLetter(found) }
}

export const layer: Layer.Layer<LetterReader, never, SqliteDatabase> = Layer.effect(
  LetterReader,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const ask = <A>(read: (connection: Connection) => A) => Effect.catch(database.read(read), storeUnavailable)
    const page = (from: number, until: number) =>
      ask((connection): LetterBatch => {
        const rows = connection.all(ENTRIES, from, until, PAGE)
        const last = rows.at(-1)
        return {
          entries: rows.flatMap((row) => entryOf(connection, row) ?? []),
          next: Offset.make(last === undefined || rows.length < PAGE ? until : integer(last, "n") + 1)
        }
      })
    return {
      partitions: Effect.map(ask((connection) => connection.get(END)), (row) => [{
        partition: PARTITION,
        start: Offset.make(1),
        end: Offset.make(integer(row ?? {}, "next"))
      }]),
      read: (_, from, until) =>
        from >= until ? Stream.empty : Stream.paginate(from, (next) =>
          Effect.map(
            page(next, until),
            (batch) => [[batch], batch.next < until ? Option.some(batch.next) : Option.none()] as const
          ))
    }
  })
)
