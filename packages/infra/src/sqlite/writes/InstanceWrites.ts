/** What processes report of themselves: each its last report. */
import { LIVES_MILLIS, MAX_INSTANCES } from "@flash-sale/domain/ports/Instances"
import { Result } from "effect"
import * as Write from "../database/writer/Write.ts"

/** A report, at the time of the wall clock, in milliseconds. */
export interface ReportInput {
  readonly id: string
  readonly report: string
  readonly now: number
}

/** Writes one report, and takes out those that do not count any more. */
export const report = Write.define(
  "instances.report",
  (connection, { id, now, report }: ReportInput): Result.Result<void> => {
    connection.run("INSERT OR REPLACE INTO instances(id, at, report) VALUES (?, ?, ?)", id, now, report)
    connection.run("DELETE FROM instances WHERE at < ? OR at > ?", now - LIVES_MILLIS, now)
    connection.run(
      "DELETE FROM instances WHERE id NOT IN (SELECT id FROM instances ORDER BY at DESC, id LIMIT ?)",
      MAX_INSTANCES
    )
    return Result.void
  }
)

export const withdraw = Write.define("instances.withdraw", (connection, id: string): Result.Result<void> => {
  connection.run("DELETE FROM instances WHERE id = ?", id)
  return Result.void
})

/** All of them. */
export const writes: ReadonlyArray<Write.AnyWrite> = [report, withdraw]
