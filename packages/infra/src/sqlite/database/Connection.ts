/**
 * One connection to the embedded file, through `node:sqlite`. Everything here is synchronous and may throw; nothing
 * above `SqliteDatabase` touches it.
 */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite"

/**
 * How long a statement waits for another process that writes the file, in milliseconds. This process blocks meanwhile.
 */
export const BUSY_TIMEOUT_MILLIS = 500

/** Pages of the write-ahead log at which a commit takes them to the file: 4 MiB. */
export const WAL_PAGES = 1_000

/**
 * How much of the file is kept in memory, in KiB. The system keeps it as well, and counts it as nobody's: four times as
 * much made no order cheaper.
 */
const CACHE_KIB = 16_384

export type Row = Readonly<Record<string, SQLOutputValue>>

export interface Connection {
  /** The first row; statements are prepared once for each text, so the text must not be built of data. */
  readonly get: (sql: string, ...parameters: ReadonlyArray<SQLInputValue>) => Row | undefined
  readonly all: (sql: string, ...parameters: ReadonlyArray<SQLInputValue>) => ReadonlyArray<Row>
  /** The number of rows changed. */
  readonly run: (sql: string, ...parameters: ReadonlyArray<SQLInputValue>) => number
  /** Several statements at once, without parameters. */
  readonly script: (sql: string) => void
  /** Whether the commits from now on wait for the disk. */
  readonly setDurable: (durable: boolean) => void
  readonly isInTransaction: () => boolean
  /**
   * Takes the write-ahead log to the file and empties it. Returns whether it is empty then: where another connection
   * reads or writes, only what can be taken is taken, and nothing is waited for.
   */
  readonly checkpoint: () => boolean
  readonly close: () => void
}

/** `path` is a file or `:memory:`. One that is opened to be read only is left as it is, with its write-ahead log. */
export const open = (path: string, busyTimeoutMillis = BUSY_TIMEOUT_MILLIS, readOnly = false): Connection => {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMillis, enableForeignKeyConstraints: false, readOnly })
  const statements = new Map<string, StatementSync>()
  let isDurable: boolean | undefined
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    get: (sql, ...parameters) => prepared(sql).get(...parameters),
    all: (sql, ...parameters) => prepared(sql).all(...parameters),
    run: (sql, ...parameters) => Number(prepared(sql).run(...parameters).changes),
    script: (sql) => database.exec(sql),
    setDurable: (durable) => {
      if (durable === isDurable) return
      // Compiled each time: this pragma takes effect when it is compiled, so a prepared one would work only once.
      database.exec(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
      isDurable = durable
    },
    isInTransaction: () => database.isTransaction,
    checkpoint: () => {
      database.exec("PRAGMA busy_timeout = 0")
      try {
        return prepared("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] === 0
      } finally {
        database.exec(`PRAGMA busy_timeout = ${busyTimeoutMillis}`)
      }
    },
    close: () => database.close()
  }
}

/** A write-ahead log, and commits that wait for the disk. */
export const configure = (connection: Connection): void => {
  connection.script(
    `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA cache_size = -${CACHE_KIB}`
  )
  connection.setDurable(true)
}

/** Undoes the transaction that is under way, if there is one. */
export const rollBack = (connection: Connection): void => {
  if (connection.isInTransaction()) connection.run("ROLLBACK")
}

/** A row that this build did not write: the file is damaged. */
export class RowDamaged extends Error {
  constructor(column: string, value: SQLOutputValue | undefined) {
    super(`the column ${column} holds ${value === null ? "null" : typeof value}`)
  }
}

export const integer = (row: Row, column: string): number => {
  const value = row[column]
  if (typeof value === "number") return value
  throw new RowDamaged(column, value)
}

export const text = (row: Row, column: string): string => {
  const value = row[column]
  if (typeof value === "string") return value
  throw new RowDamaged(column, value)
}

export const bytes = (row: Row, column: string): Uint8Array => {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new RowDamaged(column, value)
}

export const optionalInteger = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : integer(row, column)

export const optionalText = (row: Row, column: string): string | undefined =>
  row[column] === null ? undefined : text(row, column)

/** One of the words that the program knows. */
export const word = <A extends string>(words: ReadonlyArray<A>, row: Row, column: string): A => {
  const value = text(row, column)
  const known = words.find((candidate) => candidate === value)
  if (known !== undefined) return known
  throw new RowDamaged(column, value)
}

export const optionalWord = <A extends string>(words: ReadonlyArray<A>, row: Row, column: string): A | undefined =>
  row[column] === null ? undefined : word(words, row, column)
