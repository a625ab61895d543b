/** A backup as one file, and what makes it whole: its tables, its log record by record, and when it was made. */
import { closeSync, fsyncSync, openSync, readSync } from "node:fs"
import * as Connection from "../database/Connection.ts"
import * as LogChain from "../database/LogChain.ts"
import * as Migrations from "../database/Migrations.ts"

/** The setting of a backup that says when it was made, in milliseconds since 1970. An engine's own file has none. */
const MADE_AT = "backup_made_at"
const STAMP = "SELECT value FROM settings WHERE name = ?"

/** What a backup holds. */
export interface Content {
  /** Milliseconds since 1970 (UTC). */
  readonly madeAt: number
  /** Of all partitions together. */
  readonly records: number
  readonly items: number
  readonly tails: ReadonlyArray<LogChain.Tail>
}

/** The file is no backup, or not a whole one. The message says what is wrong. */
export class NotWhole extends Error {}

/** Writes down when the backup was made. */
export const stamp = (path: string, madeAt: number): void =>
  using(path, false, (connection) => {
    connection.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", MADE_AT, Math.floor(madeAt))
  })

/** Takes the stamp away: from then on the file is an engine's own. */
export const unstamp = (path: string): void =>
  using(path, false, (connection) => {
    connection.run("DELETE FROM settings WHERE name = ?", MADE_AT)
  })

/** Reads all of it. Throws `NotWhole`, or what SQLite says. */
export const read = (path: string): Content => using(path, true, contentOf)

/** What a database begins with that has no write-ahead log, up to the version of its format for writers. */
const HEADER = Buffer.from("SQLite format 3\0", "latin1")
const WRITER_AT = 18
const WITHOUT_WAL = 1

/**
 * Whether the file says of itself that it is a backup. Another database is not opened where that would make files
 * beside it.
 */
export const isBackup = (path: string): boolean => {
  const header = Buffer.alloc(WRITER_AT + 1)
  const descriptor = openSync(path, "r")
  try {
    readSync(descriptor, header, 0, header.length, 0)
  } finally {
    closeSync(descriptor)
  }
  if (!header.subarray(0, HEADER.length).equals(HEADER) || header[WRITER_AT] !== WITHOUT_WAL) return false
  try {
    return using(path, true, (connection) => connection.get(STAMP, MADE_AT) !== undefined)
  } catch {
    // It is another database, or a damaged one.
    return false
  }
}

/** Waits until the disk has the file. */
export const sync = (path: string): void => {
  const descriptor = openSync(path, "r+")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const using = <A>(path: string, readOnly: boolean, use: (connection: Connection.Connection) => A): A => {
  const connection = Connection.open(path, Connection.BUSY_TIMEOUT_MILLIS, readOnly)
  try {
    return use(connection)
  } finally {
    connection.close()
  }
}

const contentOf = (connection: Connection.Connection): Content => {
  const version = Migrations.versionOf(connection)
  if (version === 0) throw new NotWhole("it is no backup of an engine")
  if (version > Migrations.LATEST) {
    throw new NotWhole(`its tables are of version ${version}, and this build knows versions up to ${Migrations.LATEST}`)
  }
  if (version < Migrations.CHAINED) throw new NotWhole("it is of an older build: start its engine once, and try again")
  const wrong = connection.get("PRAGMA integrity_check(1)")?.["integrity_check"]
  if (wrong !== "ok") throw new NotWhole(String(wrong))
  const otherCount = Migrations.wrongPartitions(connection)
  if (otherCount !== undefined) throw new NotWhole(otherCount)
  const madeAt = connection.get(STAMP, MADE_AT)
  if (madeAt === undefined) throw new NotWhole("it is an engine's own file, and does not say when it was made")
  const tails = LogChain.tails(connection)
  for (const partition of tails.keys()) {
    const broken = LogChain.firstBreak(connection, partition)
    if (broken !== undefined) throw new NotWhole(`partition ${partition} of its log is damaged at ${broken.offset}`)
  }
  const count = (table: "log" | "items") =>
    Connection.integer(connection.get(`SELECT count(*) AS n FROM ${table}`) ?? {}, "n")
  return {
    madeAt: Connection.integer(madeAt, "value"),
    records: count("log"),
    items: count("items"),
    tails
  }
}
