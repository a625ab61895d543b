/** Opens a connection to the archive's file. */
import { pathToFileURL } from "node:url"
import * as Connection from "../../sqlite/database/Connection.ts"
import { identityOf } from "../../sqlite/folder/FolderOwnership.ts"
import type { OpenFile } from "./FileCall.ts"

/**
 * Pages of the write-ahead log at which a commit takes them to the file: 16 MiB. A batch touches pages all over the
 * indexes, and the same ones again soon.
 */
const WAL_PAGES = 4_000
/** SQLite itself does not wait for others who write: a transaction that is no longer wanted would wait with it. */
const NO_WAIT = 0

/** The code of SQLite for a file that cannot be opened. */
const CANNOT_OPEN = 14

/** Throws where the path leads to another file than it did, or to none: what is written then is lost. */
const sameAsNow = (path: string): () => void => {
  const opened = identityOf(path)
  return () => {
    if (identityOf(path) === opened) return
    const words =
      `${path} was deleted or replaced while it was open; the next start of the engine makes the archive anew`
    throw Object.assign(new Error(words), { errcode: CANNOT_OPEN })
  }
}

/** The file is there. Throws what SQLite throws. */
export const open = (path: string): OpenFile => {
  // One that is not there any more is not made.
  const connection = Connection.open(`${pathToFileURL(path).href}?mode=rw`, NO_WAIT)
  try {
    Connection.configure(connection)
    connection.script(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`)
    // What a power cut takes is folded again: positions go with what they stand for.
    connection.setDurable(false)
    return { connection, requireThere: sameAsNow(path) }
  } catch (error) {
    connection.close()
    throw error
  }
}
