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
import { Clock, Effect, Layer, Option, Schema } from "effect"
import { type Connection, integer, type Row, text } from "./database/Connection.ts"
import { SqliteDatabase, storeUnavailable } from "./database/SqliteDatabase.ts"
import * as InstanceWrites from "./writes/InstanceWrites.ts"

const encode = Schema.encodeSync(InstanceText)
const decode = Schema.decodeOption(InstanceText)

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
    return {
      report: (instance) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) =>
            Effect.catch(
              database.writeSoon(InstanceWrites.report, { id: instance.id, report: encode(instance), now }),
              storeUnavailable
            )
        ),
      withdraw: (id) => Effect.catch(database.writeSoon(InstanceWrites.withdraw, id), storeUnavailable),
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
