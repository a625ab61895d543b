/** A record of the log as a row of the embedded file. */
import { bytes, integer, optionalText, type Row, RowDamaged, text } from "./Connection.ts"

/** Of a record that cannot be read: it is folded as one that makes no sense. */
export const UNREADABLE_HEADERS = `{"type":"damaged"}`

/** A record as it is written. */
export interface LoggedRow {
  readonly offset: number
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: string
  readonly timestamp: number
}

/** Undefined where a column holds what no build has written. */
export const read = (row: Row): LoggedRow | undefined => {
  try {
    return {
      offset: integer(row, "offset"),
      key: optionalText(row, "key"),
      value: bytes(row, "value"),
      headers: text(row, "headers"),
      timestamp: integer(row, "timestamp")
    }
  } catch (error) {
    if (error instanceof RowDamaged) return undefined
    throw error
  }
}

/** What is left of a record that is none any more: it belongs to no item, and its type is none that is known. */
export const ruin = (row: Row): LoggedRow => ({
  offset: integer(row, "offset"),
  key: undefined,
  value: new Uint8Array(),
  headers: UNREADABLE_HEADERS,
  timestamp: 0
})
