/** How the archive speaks SQL: the same texts for SQLite and PostgreSQL, and what differs between them. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { Effect } from "effect"

/** What a column holds. Whole numbers are of up to 53 bits. */
export type Kind = "text" | "integer"

export type Value = string | number | null

/** As the database gives it: one that gives numbers of 64 bits gives them as `bigint`. */
export type Row = Readonly<Record<string, unknown>>

/** How the databases spell what they spell differently. */
export interface Dialect {
  /** The type of a column of texts, compared byte by byte. */
  readonly text: string
  /** The type of a column of whole numbers. */
  readonly integer: string
  /** The type of a column that numbers the rows of its table. */
  readonly numbered: string
  /** An expression: milliseconds since 1970, by the clock of the database. */
  readonly now: string
  /** What is run when the tables are made. */
  readonly prepare: ReadonlyArray<string>
}

/** A statement that reads the rows that it is given from the table `input`, which has these columns. */
export interface Statement {
  readonly columns: Readonly<Record<string, Kind>>
  readonly sql: string
}

/** Puts each row that it is given in a table. `rest` says what happens on a conflict, and what is returned. */
export interface Insertion {
  readonly columns: Readonly<Record<string, Kind>>
  readonly into: string
  readonly rest: string
}

export interface Session {
  /**
   * Runs one statement and gives its rows. Parameters are `$1`, `$2` and so on. Statements are prepared once for each
   * text, so the text must not be built of data.
   */
  readonly all: (sql: string, ...parameters: ReadonlyArray<Value>) => Effect.Effect<
    ReadonlyArray<Row>,
    ArchiveUnavailable
  >
  /** Runs a statement for all of these rows and gives what it returns. Does nothing where there are none. */
  readonly each: (
    statement: Statement | Insertion,
    rows: ReadonlyArray<Readonly<Record<string, Value>>>
  ) => Effect.Effect<ReadonlyArray<Row>, ArchiveUnavailable>
}

/** Work in one session. */
export type Work<A> = (session: Session) => Effect.Effect<A, ArchiveUnavailable>

export interface ArchiveDatabase {
  readonly dialect: Dialect
  /** Makes the tables where there are none. Changes nothing, and waits for nobody who writes, once they are there. */
  readonly ready: Effect.Effect<void, ArchiveUnavailable>
  /** Each statement by itself. */
  readonly session: Session
  /** Reads as of one moment. */
  readonly snapshot: <A>(work: Work<A>) => Effect.Effect<A, ArchiveUnavailable>
  /** Writes all or nothing, as the only one who writes in the archive, also among all processes. */
  readonly write: <A>(work: Work<A>) => Effect.Effect<A, ArchiveUnavailable>
}
