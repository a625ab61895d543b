/** The log of commands, as a table in the embedded file. */
import { AppendRefused, AppendUnknown, LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import { Clock, Effect, Exit, Layer, Result, Schema, Semaphore } from "effect"
import * as Completion from "../actor/Completion.ts"
import * as Consumer from "./consumer/Consumer.ts"
import * as Connection from "./database/Connection.ts"
import type { WriteError } from "./database/GroupCommit.ts"
import * as LogChain from "./database/LogChain.ts"
import { isUp, type Job, SqliteDatabase } from "./database/SqliteDatabase.ts"
import * as LogRows from "./LogRows.ts"

const encoder = new TextEncoder()
const encodeHeaders = Schema.encodeSync(LogRows.Headers)

const APPEND = `
INSERT INTO log(partition, offset, key, value, headers, timestamp, digest) VALUES (?, ?, ?, ?, ?, ?, ?)`

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

    const insert = (record: NewRecord): Job<LogPosition, never> => {
      const timestamp = Math.floor(clock.currentTimeMillisUnsafe())
      const partition = home(record.itemId, partitions)
      const value = encoder.encode(record.value)
      const headers = encodeHeaders(record.headers)
      return (connection, touch) => {
        // Inside the transaction, as another process may append to the same file.
        const { digest: before, end: offset } = LogChain.tail(connection, partition)
        const digest = LogChain.digestOf(before, partition, { offset, key: record.itemId, value, headers, timestamp })
        connection.run(APPEND, partition, offset, record.itemId, value, headers, timestamp, digest)
        touch(LogRows.topic(partition))
        return Result.succeed({ partition, offset: Offset.make(offset) })
      }
    }
    const offer: OrderLog["Service"]["offer"] = (record, completion) =>
      database.offer(
        insert(record),
        Completion.mapInput(completion, (exit) => Exit.mapError(exit, toAppendError))
      )

    return {
      partitions: Effect.succeed(partitions),
      append: (record) => Completion.wait((completion) => offer(record, completion)),
      offer,
      consume: (worker) =>
        Effect.andThen(
          Semaphore.takeScoped(consumer, 1),
          Consumer.consume(database, LogRows.source, partitions, worker)
        ),
      isUp: isUp(database),
      // Another number of partitions is refused when the file is opened, and no row of the log expires.
      trouble: Effect.undefined,
      warnings: Effect.succeed([])
    }
  })
)

const toAppendError = (error: WriteError): AppendRefused | AppendUnknown =>
  error._tag === "SqliteUnavailable"
    ? new AppendRefused({ detail: error.detail, overloaded: error.overloaded })
    : new AppendUnknown({ detail: error.detail })
