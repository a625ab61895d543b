/** Only one engine may fold a file: a lock that the kernel releases however the engine ends. */
import { Effect, Layer, Schema } from "effect"
import { join } from "node:path"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as Connection from "./Connection.ts"
import { CannotOpen, LOCK_NAME, makeFolder } from "./OpenFile.ts"
import * as ResultCode from "./ResultCode.ts"

/** An engine holds its lock for as long as it lives: waiting for it is of no use. */
const NO_WAIT = 0

/** Another engine uses this folder. */
export class EngineLocked extends Schema.TaggedError<EngineLocked>()("EngineLocked", {
  folder: Schema.String
}) {
  override get message(): string {
    return `another engine works in the folder ${this.folder}: stop it, or choose another DATA_DIR`
  }
}

/**
 * Holds the lock for as long as the layer lives.
 *
 * **Details**: an open exclusive transaction on a tiny database of its own. SQLite locks it with `fcntl`, so a kill -9
 * leaves nothing behind. A process that only reads and appends does not take it.
 */
export const layer = (folder: string): Layer.Layer<never, EngineLocked | CannotOpen> =>
  Layer.effectDiscard(
    Effect.acquireRelease(acquire(folder), (connection) => Effect.sync(connection.close))
  )

const acquire = (folder: string): Effect.Effect<Connection.Connection, EngineLocked | CannotOpen> => {
  const path = join(folder, LOCK_NAME)
  return Effect.try({
    try: () => {
      const refused = makeFolder(folder)
      if (refused !== undefined) throw refused
      PrivateFiles.makeFile(path)
      const connection = Connection.open(path, NO_WAIT)
      try {
        connection.script("BEGIN EXCLUSIVE")
        return connection
      } catch (error) {
        connection.close()
        throw error
      }
    },
    catch: (error) =>
      error instanceof CannotOpen
        ? error
        : ResultCode.isBusy(error)
        ? new EngineLocked({ folder })
        : new CannotOpen({ path, detail: ResultCode.operatingError(error) ?? String(error) })
  })
}
