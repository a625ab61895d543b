/** Order events as a table in the embedded file. */
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Clock, Effect, Layer, Metric, Result, Semaphore } from "effect"
import * as EventMetrics from "../../observability/metrics/EventMetrics.ts"
import * as Consumer from "../consumer/Consumer.ts"
import { type Connection, integer } from "../database/Connection.ts"
import type { WriteError } from "../database/GroupCommit.ts"
import { isUp, SqliteDatabase } from "../database/SqliteDatabase.ts"
import * as EventLogRows from "./EventLogRows.ts"

/** Events of one step of a commit: other writes go in between. */
const EVENTS_AT_ONCE = 500

const encoder = new TextEncoder()

/**
 * Appends share the commits of the log's appends, and wait for the disk as those do: an archive in another file would
 * else have read what a power cut takes back.
 */
export const layer: Layer.Layer<OrderEvents, LogUnavailable, SqliteDatabase> = Layer.effect(
  OrderEvents,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const clock = yield* Clock.Clock
    const readers = new Map<string, Semaphore.Semaphore>()
    const partitions = yield* Effect.mapError(
      database.read((connection) =>
        integer(connection.get("SELECT value FROM settings WHERE name = 'partitions'") ?? {}, "value")
      ),
      unavailable
    )
    const read = <A>(look: (connection: Connection) => A) => Effect.mapError(database.read(look), unavailable)

    const readerOf = Effect.fnUntraced(function*(name: string) {
      const known = readers.get(name)
      if (known !== undefined) return known
      const made = yield* Semaphore.make(1)
      readers.set(name, made)
      return made
    })

    return OrderEvents.of({
      append: Effect.fnUntraced(function*(partition, events, next) {
        for (let from = 0; from < events.length; from += EVENTS_AT_ONCE) {
          const rows = events.slice(from, from + EVENTS_AT_ONCE).map(({ itemId, traceparent, value }) => ({
            key: itemId,
            value: encoder.encode(value),
            traceparent
          }))
          yield* Effect.mapError(
            database.write((connection, { touch }) => {
              const timestamp = Math.floor(clock.currentTimeMillisUnsafe())
              EventLogRows.append(connection, partition, rows, next, timestamp)
              touch(EventLogRows.topic(partition))
              return Result.void
            }),
            unavailable
          )
          yield* Metric.update(EventMetrics.told, rows.length)
        }
      }),
      told: (partition) => read((connection) => EventLogRows.told(connection, partition)),
      bounds: (partition) => read((connection) => EventLogRows.bounds(connection, partition)),
      // One consumer of a group owns all partitions: another one waits until the first has left.
      consume: (group, worker) =>
        Effect.flatMap(readerOf(group), (alone) => Semaphore.takeScoped(alone, 1)).pipe(
          Effect.andThen(Consumer.consume(database, EventLogRows.source(group), partitions, worker))
        ),
      isUp: isUp(database),
      // Another number of partitions is refused when the file is opened, and no setting deletes rows.
      warnings: Effect.succeed([])
    })
  })
)

const unavailable = ({ detail }: Pick<WriteError, "detail">): LogUnavailable => new LogUnavailable({ detail })
