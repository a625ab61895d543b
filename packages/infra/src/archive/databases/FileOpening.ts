/** Opens a connection to the archive's file. */
import * as Connection from "../../sqlite/database/Connection.ts"

/**
 * Pages of the write-ahead log at which a commit takes them to the file: 16 MiB. A batch touches pages all over the
 * indexes, and the same ones again soon.
 */
const WAL_PAGES = 4_000
/** SQLite itself does not wait for others who write: a transaction that is no longer wanted would wait with it. */
const NO_WAIT = 0

/** `path`: of a file, or its URL. Throws what SQLite throws. */
export const open = (path: string): Connection.Connection => {
  const connection = Connection.open(path, NO_WAIT)
  try {
    Connection.configure(connection)
    connection.script(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`)
    // What a power cut takes is folded again: positions go with what they stand for.
    connection.setDurable(false)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}
