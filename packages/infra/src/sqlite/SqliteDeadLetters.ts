/** Orders that need a person, as tables in the embedded file. */
import { DeadLetters, type LetterId, type LetterLookup, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import { DateTime, Effect, Layer, Option } from "effect"
import { type Connection, integer, text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as LetterRows from "./letters/LetterRows.ts"
import * as LetterWrites from "./letters/LetterWrites.ts"
import * as OpenLetters from "./letters/OpenLetters.ts"

/** Each costs the same, however many letters are open: processes ask every second. */
const COUNTS = "SELECT error AS reason, size FROM letter_counts"
const OLDEST = "SELECT timestamp FROM letters WHERE handled = 0 ORDER BY timestamp, partition, offset LIMIT 1"

export const layer: Layer.Layer<DeadLetters, never, SqliteDatabase> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    return {
      put: (letter) => Effect.catch(database.write(LetterWrites.put, LetterWrites.toPut(letter)), storeUnavailable),
      handle: (handling) => Effect.catch(database.write(LetterWrites.handle, handling), storeUnavailable),
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
