/** The log of commands, as a table in the embedded file. */
import { LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { Clock, Effect, Exit, Layer, Result, Semaphore } from "effect"
import * as Completion from "../actor/Completion.ts"
import * as Consumer from "./consumer/Consumer.ts"
import * as Connection from "./database/Connection.ts"
import { isUp, SqliteDatabase } from "./database/SqliteDatabase.ts"
import type { Job } from "./database/writing/Write.ts"
import * as LogAppend from "./log/LogAppend.ts"
import * as LogRows from "./log/LogRows.ts"

/**
 * Appends wait for the disk, many in one commit (decision 0004). A consumer owns all partitions; a second one in the
 * same process waits until the first has left, and `EngineLock` keeps out those of other processes.
 */
export const layer: Layer.Layer<OrderLog, LogUnavailable, SqliteDatabase> = Layer.effect(
  OrderLog,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const consumer = yield* Semaphore.make(1)
    const partitions = yield* Effect.mapError(
      database.read((connection) =>
        Connection.integer(connection.get("SELECT value FROM settings WHERE name = 'partitions'") ?? {}, "value")
      ),
      ({ detail }) => new LogUnavailable({ detail })
    )
    const clock = yield* Clock.Clock

    const source: Consumer.Source = {
      ...LogRows.source,
      records: (connection, partition, from, max) => {
        const records = database.recent.take(partition, from, max)
        if (records.length === 0) return LogRows.recordsFrom(connection, partition, from, max)
        // A file that is lost or damaged refuses this: what was read from memory could not be folded.
        LogRows.ask(connection)
        return { records, damage: undefined }
      }
    }
    const insert = (record: NewRecord): Job<LogPosition, never> => {
      const row = LogAppend.rowOf(record, partitions, clock.currentTimeMillisUnsafe())
      return (connection, writing) => Result.succeed(LogAppend.appender(connection, writing, database.recent)(row))
    }
    const offer: OrderLog["Service"]["offer"] = (record, completion) =>
      database.offer(
        insert(record),
        Completion.mapInput(completion, (exit) => Exit.mapError(exit, LogAppend.toAppendError))
      )

    return {
      partitions: Effect.succeed(partitions),
      append: (record) => Completion.wait((completion) => offer(record, completion)),
      offer,
      consume: (worker) =>
        Effect.andThen(
          Semaphore.takeScoped(consumer, 1),
          Consumer.consume(database, source, partitions, worker)
        ),
      isUp: isUp(database),
      // Another number of partitions is refused when the file is opened, and no row of the log expires.
      trouble: Effect.undefined,
      warnings: Effect.succeed([])
    }
  })
)
