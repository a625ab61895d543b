/**
 * Opening the embedded file: the folder is made where it is missing, the file is checked against what was written, and
 * its tables are brought up to date.
 */
import { Cause, Effect, Exit, Schedule, Schema } from "effect"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as DataFolder from "../folder/DataFolder.ts"
import * as EngineFiles from "../folder/EngineFiles.ts"
import * as FolderAccess from "../folder/FolderAccess.ts"
import * as Connection from "./Connection.ts"
import * as FileCheck from "./FileCheck.ts"
import * as LogChain from "./LogChain.ts"
import * as Migrations from "./Migrations.ts"
import * as ResultCode from "./ResultCode.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = FileCheck.FILE_NAME
/** The name of the file beside it that an engine locks. */
export const LOCK_NAME = "engine.lock"

/** What SQLite calls a database that is in no file. */
const MEMORY = ":memory:"

/** The whole path of the file of this folder. */
export const pathIn = (folder: string): string => join(DataFolder.pathOf(folder), FILE_NAME)

/** How often opening a file that is busy is tried again, and how long is waited in between, in milliseconds. */
const OPEN_RETRIES = 20
const OPEN_RETRY_MILLIS = 100

const NO_ENGINE = "no engine has worked there: name its folder by --data-dir or DATA_DIR"

/** The file cannot be used: its folder cannot be made, it is no database, of a later version, or damaged. */
export class CannotOpen extends Schema.TaggedError<CannotOpen>()("CannotOpen", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot open ${this.path}: ${this.detail}`
  }
}

/** The location of the engine's file: a folder, or memory, for as long as the layer lives. */
export type Location = "memory" | {
  readonly folder: string
  /** Of the layer that is the engine's own, and keeps the file: why the `EngineLock` is not held any more. */
  readonly lockLost?: () => string | undefined
  /** Whether a file that has lost acknowledged records is taken as it is, and marked anew. */
  readonly isAccepted?: boolean
}

/** Opens the file. Retries while another process locks it, for about two seconds. */
export const open = (location: Location): Effect.Effect<Connection.Connection, CannotOpen> =>
  location === "memory" ? inMemory : inFolder(location.folder, location.isAccepted === true)

const inMemory: Effect.Effect<Connection.Connection, CannotOpen> = Effect.suspend(() => tryOpen(MEMORY))

/** Opens the file of a folder; both are made where they are missing. `isAccepted`: a damaged file is taken as it is. */
const inFolder = Effect.fnUntraced(function*(
  folder: string,
  isAccepted: boolean
): Effect.fn.Return<Connection.Connection, CannotOpen> {
  yield* refuse(folder, FolderAccess.strange)
  yield* retrying(folder, Effect.sync(() => DataFolder.make(folder)))
  const path = join(folder, FILE_NAME)
  const { hasTail, problems } = yield* check(folder)
  const [problem] = problems
  if (problem !== undefined && !isAccepted) {
    return yield* new CannotOpen({ path: problem.path, detail: `${problem.detail}; ${FileCheck.REMEDY}` })
  }
  const connection = yield* tryOpen(path)
  // What was never committed would look like damage once it is overwritten in part.
  if (hasTail) yield* Effect.sync(connection.checkpoint)
  return connection
})

/** Fails with what a look at the folder finds to be wrong: see `FolderAccess`. Makes nothing. */
export const refuse = (folder: string, look: FolderAccess.Look): Effect.Effect<void, CannotOpen> =>
  Effect.flatMap(
    retrying(folder, Effect.sync(() => look(DataFolder.pathOf(folder)))),
    (found) => found === undefined ? Effect.void : new CannotOpen(found)
  )

/** Says what is wrong with the files of a folder. */
export const check = (folder: string): Effect.Effect<FileCheck.Checked, CannotOpen> =>
  Effect.andThen(
    refuse(folder, FolderAccess.exposed),
    retrying(folder, Effect.suspend(() => FileCheck.inspect(DataFolder.pathOf(folder))))
  )

/** Fails where no engine has worked in the folder. Makes nothing, and opens nothing. */
export const requireEngine = (folder: string): Effect.Effect<void, CannotOpen> =>
  Effect.gen(function*() {
    const path = yield* retrying(folder, Effect.sync(() => pathIn(folder)))
    const whole = dirname(path)
    // First of all: whose folder it is decides what may be said of it.
    const isNone = yield* retrying(whole, Effect.sync(() => EngineFiles.isNoFolder(whole)))
    if (isNone) return yield* new CannotOpen({ path: whole, detail: EngineFiles.NO_FOLDER })
    const isEngines = yield* retrying(whole, Effect.sync(() => EngineFiles.isEngineFolder(whole)))
    if (!isEngines) return yield* new CannotOpen({ path, detail: NO_ENGINE })
    if (existsSync(path)) return
    // A file that is gone is another matter: what knows of it has better words.
    const { problems } = yield* check(folder)
    if (problems.length === 0) return yield* new CannotOpen({ path, detail: NO_ENGINE })
  })

const tryOpen = (path: string): Effect.Effect<Connection.Connection, CannotOpen> =>
  Effect.flatMap(
    retrying(path, Effect.sync(() => configured(path))),
    (opened) => typeof opened === "string" ? new CannotOpen({ path, detail: opened }) : Effect.succeed(opened)
  )

/** What is thrown becomes the reason. Another process may be creating the tables right now. */
const retrying = <A>(path: string, effect: Effect.Effect<A>): Effect.Effect<A, CannotOpen> =>
  Effect.flatMap(
    Effect.exit(effect),
    (exit) => Exit.isSuccess(exit) ? Effect.succeed(exit.value) : Effect.fail(Cause.squash(exit.cause))
  ).pipe(
    Effect.retry({ schedule: Schedule.spaced(OPEN_RETRY_MILLIS), times: OPEN_RETRIES, while: ResultCode.isBusy }),
    Effect.mapError((error) => new CannotOpen({ path, detail: wordsOf(error) }))
  )

const wordsOf = (error: unknown): string => ResultCode.operatingError(error) ?? messageOf(error)

/** The connection, or what is wrong with the file. */
const configured = (path: string): Connection.Connection | string => {
  // SQLite gives the mode of this file to all that it writes beside it.
  if (path !== MEMORY) PrivateFiles.makeFile(path)
  const connection = Connection.open(path)
  try {
    Connection.configure(connection)
    const wrong = Migrations.migrate(connection) ?? Migrations.wrongPartitions(connection)
    if (wrong === undefined) {
      // A log that cannot be read is met here, where there are words for it.
      LogChain.tails(connection)
      return connection
    }
    connection.close()
    return wrong
  } catch (error) {
    connection.close()
    throw error
  }
}
