/**
 * Only one engine may fold a file: a lock that the kernel releases however the engine ends, and that is taken again
 * where its file is deleted. Decisions 0002 and 0034.
 */
import { Context, Effect, Layer, Schedule, Schema } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as DataFolder from "../folder/DataFolder.ts"
import * as FolderAccess from "../folder/FolderAccess.ts"
import * as FolderOwnership from "../folder/FolderOwnership.ts"
import * as Connection from "./Connection.ts"
import { CannotOpen, LOCK_NAME, pathIn, refuse } from "./OpenFile.ts"
import * as ResultCode from "./ResultCode.ts"

/** An engine holds its lock for as long as it lives: waiting for it is of no use. */
const NO_WAIT = 0
/** How long an engine that finds a file and no lock waits for the owner of both, in milliseconds. */
const OWNER_MILLIS = 10 * FolderOwnership.LOOK_MILLIS
/** How often a lock is tried whose file is missing at first, or is replaced at the same moment. */
const TRIES = 3

/** Another engine uses this folder. */
export class EngineLocked extends Schema.TaggedError<EngineLocked>()("EngineLocked", {
  folder: Schema.String
}) {
  override get message(): string {
    return `another engine works in the folder ${this.folder}: stop it, or choose another DATA_DIR`
  }
}

export class EngineLock extends Context.Service<EngineLock, {
  /**
   * Why the lock is not held any more; undefined where it is. Takes it again where its file was deleted and nobody else
   * has taken it. Synchronous.
   */
  readonly lost: () => string | undefined
}>()("@flash-sale/infra/sqlite/EngineLock") {}

/**
 * Holds the lock for as long as the layer lives.
 *
 * **Details**: an open exclusive transaction on a tiny database of its own. SQLite locks it with `fcntl`, so a kill -9
 * leaves nothing behind. A process that only reads and appends does not take it.
 */
export const layer = (folder: string): Layer.Layer<EngineLock, EngineLocked | CannotOpen> =>
  Layer.effect(EngineLock, Effect.map(Effect.acquireRelease(acquire(folder), release), serviceOf(folder)))

/** What is held now: another lock once the file of the first was deleted. */
interface Held {
  lock: Lock
}

interface Lock {
  readonly connection: Connection.Connection
  /** Of the file that is locked, whatever its path leads to by now. It has no other while the connection is open. */
  readonly identity: string
}

const acquire = Effect.fnUntraced(function*(folder: string): Effect.fn.Return<Held, EngineLocked | CannotOpen> {
  yield* refuse(folder, FolderAccess.strange)
  yield* refuse(folder, FolderAccess.foreign)
  const path = yield* Effect.try({
    try: () => {
      DataFolder.make(folder)
      return join(DataFolder.pathOf(folder), LOCK_NAME)
    },
    catch: (error) => new CannotOpen({ path: folder, detail: messageOf(error) })
  })
  yield* refuse(folder, FolderAccess.exposed)
  // Deleted under an engine that runs, perhaps: it takes its lock again meanwhile.
  yield* Effect.repeat(Effect.sync(() => existsSync(path) || !existsSync(pathIn(folder))), {
    until: (isClear: boolean) => isClear,
    schedule: Schedule.spaced(FolderOwnership.LOOK_MILLIS).pipe(
      Schedule.upTo({ times: OWNER_MILLIS / FolderOwnership.LOOK_MILLIS })
    )
  })
  return yield* Effect.try({
    try: () => ({ lock: take(path) }),
    catch: (error) =>
      ResultCode.isBusy(error)
        ? new EngineLocked({ folder })
        : new CannotOpen({ path, detail: ResultCode.operatingError(error) ?? messageOf(error) })
  })
})

const release = ({ lock }: Held) => Effect.sync(lock.connection.close)

/** Locks the file at this path, which is made where it is missing. Throws what SQLite and the file system say. */
const take = (path: string): Lock => {
  for (let tried = 0; tried < TRIES; tried++) {
    PrivateFiles.makeFile(path)
    const identity = FolderOwnership.identityOf(path)
    const connection = Connection.open(path, NO_WAIT)
    try {
      connection.script("BEGIN EXCLUSIVE")
    } catch (error) {
      connection.close()
      throw error
    }
    // The same before and after: that is the file which the connection has opened in between.
    if (identity !== undefined && FolderOwnership.identityOf(path) === identity) return { connection, identity }
    connection.close()
  }
  throw new Error("it is replaced again and again")
}

const serviceOf = (folder: string) => (held: Held): EngineLock["Service"] => {
  const path = join(DataFolder.pathOf(folder), LOCK_NAME)
  return {
    lost: () => {
      if (FolderOwnership.identityOf(path) === held.lock.identity) return undefined
      try {
        const again = take(path)
        held.lock.connection.close()
        held.lock = again
        return undefined
      } catch (error) {
        return ResultCode.isBusy(error)
          ? `another engine has taken the folder ${folder}, as ${LOCK_NAME} was deleted`
          : `${LOCK_NAME} was deleted, and cannot be made again: ${messageOf(error)}`
      }
    }
  }
}
