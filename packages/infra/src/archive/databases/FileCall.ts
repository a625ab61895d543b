/**
 * What is asked of a connection to the archive's file, as plain values: the connection may be in another thread. This
 * file imports nothing but the connection, so that the thread begins quickly.
 */
import { type Connection, rollBack } from "../../sqlite/database/Connection.ts"
import type { Row, Value } from "../sql/Session.ts"

export type Call =
  /** Begins a transaction; one that could not be ended is undone first. */
  | { readonly type: "begin"; readonly sql: "BEGIN" | "BEGIN IMMEDIATE" }
  /** Runs a statement once for each of these lists of parameters, and gives the rows of all. */
  | { readonly type: "run"; readonly sql: string; readonly parameters: ReadonlyArray<ReadonlyArray<Value>> }
  /** Ends the transaction. */
  | { readonly type: "end"; readonly isKept: boolean }

/** A connection, and whether its file is still the one that it has opened. */
export interface OpenFile {
  readonly connection: Connection
  /** Throws where it is not. */
  readonly requireThere: () => void
}

const end = (connection: Connection, isKept: boolean): void => {
  try {
    // A full disk has rolled back already, and the statement that met it has failed.
    if (isKept) connection.run("COMMIT")
  } finally {
    rollBack(connection)
  }
}

/** Makes a call on the connection. Throws what SQLite throws, and where the file is another one. */
export const answer = ({ connection, requireThere }: OpenFile, call: Call): ReadonlyArray<Row> => {
  if (call.type !== "end") requireThere()
  switch (call.type) {
    case "begin":
      // One that could not be ended would be in the way of every later one.
      rollBack(connection)
      connection.run(call.sql)
      return []
    case "run":
      return call.parameters.flatMap((parameters) => connection.all(call.sql, ...parameters))
    case "end":
      end(connection, call.isKept)
      return []
  }
}
