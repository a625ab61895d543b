/** Orders that need a person, as tables in the embedded file. */
import {
  DeadLetter,
  DeadLetters,
  Handling,
  type LetterId,
  type LetterLookup
} from "@flash-sale/domain/ports/DeadLetters"
import { DateTime, Effect, Layer, Option, Result, Schema } from "effect"
import {
  bytes,
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  type Row,
  text
} from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"

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

const STATS = `
SELECT count(*) AS size, count(*) FILTER (WHERE error = 'Payment Without Order') AS due, min(timestamp) AS oldest
FROM letters WHERE handled = 0`

const decodeHandling = Schema.decodeUnknownSync(Handling)
const decodeLetter = Schema.decodeUnknownSync(DeadLetter)

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
            return Result.void
          }),
          storeUnavailable
        ),
      handle: ({ action, by, offset, partition, timestamp, why }) =>
        Effect.catch(
          database.write((connection) => {
            connection.run(MARK, partition, offset, action, by, why, timestamp)
            connection.run("UPDATE letters SET handled = 1 WHERE partition = ? AND offset = ?", partition, offset)
            return Result.void
          }),
          storeUnavailable
        ),
      list: (limit) =>
        Effect.catch(
          database.read((connection) =>
            connection.all(
              "SELECT * FROM letters WHERE handled = 0 ORDER BY timestamp, partition, offset LIMIT ?",
              limit
            ).map(toLetter)
          ),
          storeUnavailable
        ),
      find: (id) => Effect.catch(database.read((connection) => find(connection, id)), storeUnavailable),
      stats: Effect.catch(
        database.read((connection) => {
          const row = connection.get(STATS) ?? {}
          const oldest = optionalText(row, "oldest")
          return {
            size: integer(row, "size"),
            refundsDue: integer(row, "due"),
            oldestAt: oldest === undefined
              ? undefined
              : Option.getOrUndefined(Option.map(DateTime.make(oldest), DateTime.toEpochMillis))
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
  if (handling !== undefined) return { _tag: "Handled", handling: decodeHandling(handling) }
  const letter = connection.get("SELECT * FROM letters WHERE partition = ? AND offset = ?", partition, offset)
  return letter === undefined ? { _tag: "Unknown" } : { _tag: "Open", letter: toLetter(letter) }
}

const toLetter = (row: Row): DeadLetter => {
  const key = optionalText(row, "key")
  const requestId = optionalText(row, "request")
  const price = optionalInteger(row, "price")
  const currency = optionalText(row, "currency")
  const userId = optionalText(row, "user")
  const amount = optionalInteger(row, "amount")
  const metadata = optionalText(row, "metadata")
  return decodeLetter({
    partition: integer(row, "partition"),
    offset: integer(row, "offset"),
    value: bytes(row, "value"),
    error: text(row, "error"),
    correlationId: text(row, "correlation_id"),
    attempt: integer(row, "attempt"),
    timestamp: text(row, "timestamp"),
    ...(key === undefined ? {} : { key }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    ...(userId === undefined ? {} : { userId }),
    ...(amount === undefined ? {} : { amount }),
    ...(metadata === undefined ? {} : { metadata })
  })
}
