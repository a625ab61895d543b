/** One command at a time changes a keys' file: a lock that the kernel releases however the command ends. */
import { chownSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { getuid } from "node:process"
import { DatabaseSync } from "node:sqlite"
import * as PrivateFiles from "../../files/PrivateFiles.ts"

/** How long a command waits for another one, in milliseconds. A change takes a few. */
const WAIT_MILLIS = 5_000

/** Whether files of others may be made. */
export const isRoot = (): boolean => getuid?.() === 0

/**
 * What `work` gives, done while nobody else holds the lock at this path. Blocks meanwhile; for commands alone.
 *
 * **Details**: an open exclusive transaction on a file of its own, which SQLite locks with `fcntl`. The file stays, as
 * one that is deleted keeps nobody out.
 */
export const holding = <A>(path: string, work: () => A): A => {
  PrivateFiles.makeFile(path)
  if (isRoot()) {
    // Whoever owns the folder changes the keys as well.
    const { gid, uid } = statSync(dirname(path))
    chownSync(path, uid, gid)
  }
  const database = new DatabaseSync(path, { timeout: WAIT_MILLIS })
  try {
    database.exec("BEGIN EXCLUSIVE")
    return work()
  } finally {
    database.close()
  }
}
