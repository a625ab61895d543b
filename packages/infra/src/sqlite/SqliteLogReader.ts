/** Reading the embedded log outside of the engine. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Layer, Option, Stream } from "effect"
import { type Connection, integer } from "./database/Connection.ts"
import { SqliteDatabase } from "./database/SqliteDatabase.ts"
import * as Partitions from "./Partitions.ts"

/** Records of one batch. */
const PAGE = 1_000

export const layer: Layer.Layer<LogReader, never, SqliteDatabase> = Layer.effect(
  LogReader,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const ask = <A>(read: (connection: Connection) => A) =>
      Effect.mapError(database.read(read), ({ detail }) => new LogUnavailable({ detail }))

    return {
      partitions: ask((connection) =>
        integer(connection.get("SELECT value FROM settings WHERE name = 'partitions'") ?? {}, "value")
      ),
      bounds: (partition) => ask((connection) => Partitions.bounds(connection, partition)),
      committed: (partition) => ask((connection) => Partitions.committed(connection, partition)),
      read: (partition, from, until) =>
        Stream.paginate(
          from,
          (next) =>
            Effect.map(ask((connection) => Partitions.recordsFrom(connection, partition, next, PAGE)), (found) => {
              const page = found.filter(({ offset }) => offset < until)
              const isLast = found.length < PAGE || page.length < found.length
              return [
                page.length === 0 ? [] : [page],
                isLast ? Option.none() : Option.some(found.at(-1)!.offset + 1)
              ] as const
            })
        )
    }
  })
)
