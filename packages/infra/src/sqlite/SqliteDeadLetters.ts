/** Orders that need a person, as tables in the embedded file. */
import { DeadLetters, type LetterId, type LetterLookup, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import { DateTime, Effect, Layer, Option, Result } from "effect"
import { type Connection, integer, text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as LetterRows from "./letters/LetterRows.ts"
import * as OpenLetters from "./letters/OpenLetters.ts"

/** Putting a letter again keeps the first one; a handling that came before its letter counts. */
const PUT = `
INSERT OR IGNORE INTO letters(
  partition, offset, handled, timestamp, key, value, error, request, correlation_id, attempt, price, currency,
  user, amount, metadata
) VALUES (
  ?1, ?2, EXISTS (SELECT 1 FROM handlings WHERE partition = ?1 AND offset = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
  ?12, ?13, ?14
)`

const MARK = `
INSERT OR IGNORE INTO handlings(partition, offset, action, by, why, timestamp) VALUES (?, ?, ?, ?, ?, ?)`

/** Each costs the same, however many letters are open: processes ask every second. */
const COUNTS = "SELECT error AS reason, size FROM letter_counts"
const OLDEST = "SELECT timestamp FROM letters WHERE handled = 0 ORDER BY timestamp, partition, offset LIMIT 1"

/** The place of what was just put among all that was put: where the statement before has put it. */
const NUMBER = "INSERT INTO letter_log(partition, offset, handled) SELECT ?, ?, ? WHERE changes() > 0"

export const layer: Layer.Layer<DeadLetters, never, SqliteDatabase> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    return {
      put: (letter) =>
        Effect.catch(
          database.write((connection) => {
            connection.run(
              PUT,
              letter.partition,
              letter.offset,
              letter.timestamp,
              letter.key ?? null,
              letter.value,
              letter.error,
              letter.requestId ?? null,
              letter.correlationId,
              letter.attempt,
              letter.price ?? null,
              letter.currency ?? null,
              letter.userId ?? null,
              letter.amount ?? null,
              letter.metadata ?? null
            )
            connection.run(NUMBER, letter.partition, letter.offset, 0)
            return Result.void
          }),
          storeUnavailable
        ),
      handle: ({ action, by, offset, partition, timestamp, why }) =>
        Effect.catch(
          database.write((connection) => {
            connection.run(MARK, partition, offset, action, by, why, timestamp)
            connection.run(NUMBER, partition, offset, 1)
            connection.run("UPDATE letters SET handled = 1 WHERE partition = ? AND offset = ?", partition, offset)
            return Result.void
          }),
          storeUnavailable
        ),
      list: (limit, query) =>
        Effect.catch(
          database.read((connection) => OpenLetters.list(connection, limit, query).map(LetterRows.toLetter)),
          storeUnavailable
        ),
      find: (id) => Effect.catch(database.read((connection) => find(connection, id)), storeUnavailable),
      stats: Effect.catch(
        database.read((connection) => {
          const rows = connection.all(COUNTS)
          const oldest = connection.get(OLDEST)
          return {
            size: rows.reduce((sum, row) => sum + integer(row, "size"), 0),
            byReason: reasonCounts(Object.fromEntries(rows.map((row) => [text(row, "reason"), integer(row, "size")]))),
            oldestAt: oldest === undefined
              ? undefined
              : Option.getOrUndefined(Option.map(DateTime.make(text(oldest, "timestamp")), DateTime.toEpochMillis))
          }
        }),
        storeUnavailable
      )
    }
  })
)

const find = (connection: Connection, { offset, partition, topic }: LetterId): LetterLookup => {
  // The log of the file is never moved.
  if (topic !== undefined) return { _tag: "Unknown" }
  const handling = connection.get("SELECT * FROM handlings WHERE partition = ? AND offset = ?", partition, offset)
  if (handling !== undefined) return { _tag: "Handled", handling: LetterRows.toHandling(handling) }
  const letter = connection.get("SELECT * FROM letters WHERE partition = ? AND offset = ?", partition, offset)
  return letter === undefined ? { _tag: "Unknown" } : { _tag: "Open", letter: LetterRows.toLetter(letter) }
}
