/** Pages by keyset: the next one begins behind the time and the number of the last entry, whatever comes in between. */
import { ArchiveCursor, type Page } from "@flash-sale/domain/archive/Questions"
import * as Columns from "./Columns.ts"
import type { Row, Value } from "./Session.ts"

/** Conditions that hold together, and their parameters. */
export interface Conditions {
  readonly sql: ReadonlyArray<string>
  readonly parameters: ReadonlyArray<Value>
}

/** Conditions on columns; those whose value is undefined are left out. `?` stands for the value. */
export const conditions = (given: ReadonlyArray<readonly [sql: string, value: Value | undefined]>): Conditions => {
  const sql: Array<string> = []
  const parameters: Array<Value> = []
  for (const [text, value] of given) {
    if (value === undefined) continue
    parameters.push(value)
    sql.push(text.replace("?", `$${parameters.length}`))
  }
  return { sql, parameters }
}

/** The rows behind a cursor, newest first; `column` holds their time. One more than `limit`, to know of a next page. */
export const select = (
  from: string,
  column: string,
  { parameters, sql }: Conditions,
  cursor: ArchiveCursor | undefined,
  limit: number
): { readonly sql: string; readonly parameters: ReadonlyArray<Value> } => {
  const count = parameters.length
  const behind = cursor === undefined ? [] : [`(${column}, n) < ($${count + 1}, $${count + 2})`]
  const place = cursor === undefined ? [] : cursor.split("-").map(Number)
  const all = [...parameters, ...place, limit + 1]
  const where = [...sql, ...behind].join(" AND ")
  return {
    sql: `SELECT * FROM ${from} ${where === "" ? "" : `WHERE ${where}`}
      ORDER BY ${column} DESC, n DESC LIMIT $${all.length}`,
    parameters: all
  }
}

/** The page that these rows are, of which there is at most one more than `limit`. */
export const page = <A>(
  rows: ReadonlyArray<Row>,
  column: string,
  limit: number,
  read: (row: Row) => A
): Page<A> => {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    entries: shown.map(read),
    next: last === undefined || rows.length <= limit
      ? undefined
      : ArchiveCursor.make(`${Columns.integer(last, column)}-${Columns.integer(last, "n")}`)
  }
}
