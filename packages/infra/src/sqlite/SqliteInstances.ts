/**
 * The gateway and the processor of the embedded engine, as rows with the time of their last report, so that commands
 * beside the engine can see them.
 *
 * **Details**: a report does not wait for the disk, and costs orders no commit of their own. Engine and commands are on
 * one machine, and so have one wall clock: where that is set, a report does not count until the next one, a second
 * later. Why: docs/decisions/0043-instances-report-themselves.md.
 */
import { InstanceText } from "@flash-sale/domain/instances/Instance"
import {
  Instances,
  LIVES_MILLIS,
  MAX_INSTANCES,
  MAX_REPORT_BYTES,
  type Report
} from "@flash-sale/domain/ports/Instances"
import { Clock, Effect, Layer, Option, Result, Schema } from "effect"
import { type Connection, integer, type Row, text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"

const encode = Schema.encodeSync(InstanceText)
const decode = Schema.decodeOption(InstanceText)

/** Writes one report, and takes out those that do not count any more. */
const write = (connection: Connection, id: string, report: string, now: number): void => {
  connection.run("INSERT OR REPLACE INTO instances(id, at, report) VALUES (?, ?, ?)", id, now, report)
  connection.run("DELETE FROM instances WHERE at < ? OR at > ?", now - LIVES_MILLIS, now)
  connection.run(
    "DELETE FROM instances WHERE id NOT IN (SELECT id FROM instances ORDER BY at DESC, id LIMIT ?)",
    MAX_INSTANCES
  )
}

const read = (connection: Connection, now: number): ReadonlyArray<Row> =>
  connection.all(
    "SELECT id, at, report FROM instances WHERE at BETWEEN ? AND ? AND length(report) <= ? ORDER BY at DESC LIMIT ?",
    now - LIVES_MILLIS,
    now,
    MAX_REPORT_BYTES,
    MAX_INSTANCES
  )

const reportOf = (row: Row, now: number): ReadonlyArray<Report> => {
  const instance = decode(text(row, "report"))
  return Option.isSome(instance) && instance.value.id === row["id"]
    ? [{ instance: instance.value, ageMillis: now - integer(row, "at") }]
    : []
}

export const layer: Layer.Layer<never, never, SqliteDatabase> = Layer.effect(
  Instances,
  Effect.gen(function*() {
    const database = yield* SqliteDatabase
    const change = (job: (connection: Connection) => void) =>
      Effect.catch(
        database.writeSoon((connection) => {
          job(connection)
          return Result.void
        }),
        storeUnavailable
      )
    return {
      report: (instance) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => change((connection) => write(connection, instance.id, encode(instance), now))
        ),
      withdraw: (id) => change((connection) => void connection.run("DELETE FROM instances WHERE id = ?", id)),
      list: Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.catch(
          Effect.map(
            database.read((connection) => read(connection, now)),
            (rows) => rows.flatMap((row) => reportOf(row, now))
          ),
          storeUnavailable
        ))
    }
  })
)
