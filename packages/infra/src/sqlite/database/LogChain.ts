/**
 * A digest for each record of the log, which holds that of the record before it: a record that was changed, taken out
 * or put elsewhere is told from the one that was written. SQLite's own file has no checksums.
 *
 * **Details**: CRC-32, by which the process recognises damage and nobody is kept from forging. Kafka uses it as well.
 */
import { crc32 } from "node:zlib"
import { type Connection, integer } from "./Connection.ts"
import * as LoggedRow from "./LoggedRow.ts"

/** Records that are read at once where a whole partition is. */
const PAGE = 1_000

/** The end of a partition, by which its log is recognised. */
export interface Tail {
  /** The offset of the next record. */
  readonly end: number
  /** The digest of the last one. */
  readonly digest: number
}

/** Before the first record of a partition. */
const NOTHING: Tail = { end: 0, digest: 0 }

/** The first record that is not the one that was written: another, or nothing. */
export interface Break {
  readonly offset: number
  readonly found: "another" | "nothing"
}

/** The digest of a record whose predecessor has the digest `before`. */
export const digestOf = (before: number, partition: number, row: LoggedRow.LoggedRow): number => {
  const { headers, key, offset, timestamp, value } = row
  const name = key === undefined ? "-" : `+${key}`
  const rest = `${partition} ${offset} ${timestamp} ${name.length} ${name}${headers} ${value.length} `
  return crc32(value, crc32(rest, before))
}

/** Where the next record of the partition goes. */
export const tail = (connection: Connection, partition: number): Tail => {
  const last = connection.get(
    "SELECT offset, digest FROM log WHERE partition = ? ORDER BY offset DESC LIMIT 1",
    partition
  )
  return last === undefined
    ? NOTHING
    : { end: integer(last, "offset") + 1, digest: integer(last, "digest") }
}

/** The ends of all partitions. */
export const tails = (connection: Connection): ReadonlyArray<Tail> => {
  const partitions = integer(connection.get("SELECT value FROM settings WHERE name = 'partitions'") ?? {}, "value")
  return Array.from({ length: partitions }, (_, partition) => tail(connection, partition))
}

/** The digest of the record at this offset; undefined where there is none. */
export const digestAt = (connection: Connection, partition: number, offset: number): number | undefined => {
  const row = connection.get("SELECT digest FROM log WHERE partition = ? AND offset = ?", partition, offset)
  return row === undefined ? undefined : integer(row, "digest")
}

/** What stands before this offset; undefined where nothing does. */
const before = (connection: Connection, partition: number, offset: number): Tail | undefined => {
  const row = connection.get(
    "SELECT offset, digest FROM log WHERE partition = ? AND offset < ? ORDER BY offset DESC LIMIT 1",
    partition,
    offset
  )
  return row === undefined ? undefined : { end: integer(row, "offset") + 1, digest: integer(row, "digest") }
}

const SELECT = "SELECT * FROM log WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?"

/**
 * Up to `max` records from `from` on, as far as each follows from the one before it; and what does not follow. The
 * first record of a log that begins above 0 is taken as it is: nobody knows what stood before it.
 */
export const read = (
  connection: Connection,
  partition: number,
  from: number,
  max: number
): { readonly rows: ReadonlyArray<LoggedRow.LoggedRow>; readonly broken: Break | undefined } => {
  const rows: Array<LoggedRow.LoggedRow> = []
  const found = connection.all(SELECT, partition, from, max)
  const known = before(connection, partition, from)
  let { digest, end } = known ?? NOTHING
  for (const [index, row] of found.entries()) {
    const there = LoggedRow.read(row)
    if (index === 0 && known === undefined && there !== undefined && there.offset > 0) {
      rows.push(there)
      digest = integer(row, "digest")
      end = there.offset + 1
      continue
    }
    const own = there === undefined ? undefined : digestOf(digest, partition, there)
    if (there === undefined || own === undefined || own !== row["digest"]) {
      const isGap = there !== undefined && there.offset !== end
      return { rows, broken: { offset: end, found: isGap ? "nothing" : "another" } }
    }
    rows.push(there)
    digest = own
    end = there.offset + 1
  }
  return { rows, broken: undefined }
}

/** Records as they are now, whatever was written. */
export const readAsIs = (
  connection: Connection,
  partition: number,
  from: number,
  max: number
): ReadonlyArray<LoggedRow.LoggedRow> =>
  connection.all(SELECT, partition, from, max).map((row) => LoggedRow.read(row) ?? LoggedRow.ruin(row))

/** The first break of a whole partition. Reads all of it, or what comes before. */
export const firstBreak = (connection: Connection, partition: number): Break | undefined => {
  for (let from = 0;;) {
    const { broken, rows } = read(connection, partition, from, PAGE)
    const last = rows.at(-1)
    if (last === undefined) return broken
    from = last.offset + 1
  }
}

const REWRITE = `
UPDATE log SET key = ?, value = ?, headers = ?, timestamp = ?, digest = ? WHERE partition = ? AND offset = ?`

/** Chains the records anew from `from` on, as they are: they count as what was written from then on. */
export const rechain = (connection: Connection, partition: number, from: number): void => {
  let { digest } = before(connection, partition, from) ?? NOTHING
  for (let next = from;;) {
    const rows = readAsIs(connection, partition, next, PAGE)
    for (const row of rows) {
      digest = digestOf(digest, partition, row)
      const { headers, key, offset, timestamp, value } = row
      connection.run(REWRITE, key ?? null, value, headers, timestamp, digest, partition, offset)
    }
    if (rows.length < PAGE) return
    next = rows.at(-1)!.offset + 1
  }
}
