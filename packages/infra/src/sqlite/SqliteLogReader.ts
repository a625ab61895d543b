/** Reading the embedded log outside of the engine. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { type LogDamaged, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Layer, Option, Stream } from "effect"
import { type Connection, integer } from "./database/Connection.ts"
import { SqliteDatabase } from "./database/SqliteDatabase.ts"
import * as LogRows from "./log/LogRows.ts"

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
      bounds: (partition) => ask((connection) => LogRows.bounds(connection, partition)),
      committed: (partition) => ask((connection) => LogRows.committed(connection, partition)),
      read: (partition, from, until, how) => {
        const records = how === "as is" ? LogRows.recordsAsIs : LogRows.recordsFrom
        const readPage = (next: number) =>
          Effect.flatMap(ask((connection) => records(connection, partition, next, PAGE)), (found) => {
            const page = found.records.filter(({ offset }) => offset < until)
            const last = found.records.at(-1)
            if (last === undefined && found.damage !== undefined && found.damage.offset < until) {
              return Effect.fail(found.damage)
            }
            const isLast = last === undefined || last.offset + 1 >= until ||
              (found.damage === undefined && found.records.length < PAGE)
            return Effect.succeed(
              [page.length === 0 ? [] : [page], isLast ? Option.none() : Option.some(last.offset + 1)] as const
            )
          })
        return Stream.paginate(from, readPage)
      },
      damage: (partition, from) => {
        const look = (next: number): Effect.Effect<LogDamaged | undefined, LogUnavailable> =>
          Effect.flatMap(ask((connection) => LogRows.recordsFrom(connection, partition, next, PAGE)), (found) => {
            const last = found.records.at(-1)
            // Who reads beside orders lets them go on in between.
            return last === undefined
              ? Effect.succeed(found.damage)
              : Effect.andThen(Effect.yieldNow, look(last.offset + 1))
          })
        return look(from)
      }
    }
  })
)
