/** What is done with the write-ahead log by the connection that writes it, between its commits. */
import type { Effect } from "effect"
import type { Connection } from "../Connection.ts"
import { attempt, type SqliteUnavailable } from "../GroupCommit.ts"

export interface WalOwner {
  /** Pages in the log at which a commit takes them to the file. */
  readonly setLimit: (pages: number) => Effect.Effect<void, SqliteUnavailable>
  /** Takes what is left, so that the next commit begins the log anew. */
  readonly takeRest: Effect.Effect<void, SqliteUnavailable>
  /** See `Connection.checkpoint`. */
  readonly empty: Effect.Effect<boolean, SqliteUnavailable>
}

export const setLimit = (connection: Connection, pages: number): void =>
  connection.script(`PRAGMA wal_autocheckpoint = ${pages}`)

export const takeRest = (connection: Connection): void => {
  if (!connection.isInTransaction()) connection.get("PRAGMA wal_checkpoint(PASSIVE)")
}

/** Where the connection is in this thread. */
export const of = (connection: Connection): WalOwner => ({
  setLimit: (pages) => attempt(() => setLimit(connection, pages)),
  takeRest: attempt(() => takeRest(connection)),
  empty: attempt(connection.checkpoint)
})
