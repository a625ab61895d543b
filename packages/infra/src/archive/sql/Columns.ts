/** Reading the columns of a row. What is there was written by this archive: anything else throws. */
import type { Row } from "./Session.ts"

/** A row that this build did not write. */
export class ColumnUnreadable extends Error {
  constructor(column: string, value: unknown) {
    super(`the column ${column} of the archive holds ${value === null ? "null" : typeof value}`)
  }
}

export const optionalText = (row: Row, column: string): string | undefined => {
  const value = row[column]
  if (value === null) return undefined
  if (typeof value === "string") return value
  throw new ColumnUnreadable(column, value)
}

export const text = (row: Row, column: string): string => {
  const value = optionalText(row, column)
  if (value !== undefined) return value
  throw new ColumnUnreadable(column, null)
}

export const optionalInteger = (row: Row, column: string): number | undefined => {
  const value = row[column]
  if (value === null) return undefined
  if (typeof value === "number") return value
  if (typeof value === "bigint") return Number(value)
  throw new ColumnUnreadable(column, value)
}

export const integer = (row: Row, column: string): number => {
  const value = optionalInteger(row, column)
  if (value !== undefined) return value
  throw new ColumnUnreadable(column, null)
}

/** ISO 8601 in UTC, of milliseconds since 1970. */
export const optionalTime = (row: Row, column: string): string | undefined => {
  const millis = optionalInteger(row, column)
  return millis === undefined ? undefined : new Date(millis).toISOString()
}

export const time = (row: Row, column: string): string => new Date(integer(row, column)).toISOString()

/** Milliseconds since 1970, of ISO 8601. A text that is no time counts as 1970: an event is never refused for it. */
export const millisOf = (iso: string): number => {
  const millis = Date.parse(iso)
  return Number.isNaN(millis) ? 0 : millis
}

/** A text as both databases keep it: PostgreSQL takes no character 0. */
export const storable = (value: string): string => value.toWellFormed().replaceAll("\0", "\uFFFD")
