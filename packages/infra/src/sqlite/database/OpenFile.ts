/** Opens the embedded file: looks first whether it is the one that was written, then brings its tables up to date. */
import { Cause, Effect, Exit, Schedule, Schema } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Connection from "./Connection.ts"
import * as FileCheck from "./FileCheck.ts"
import * as LogChain from "./LogChain.ts"
import * as Migrations from "./Migrations.ts"

/** How often opening a file that is busy is tried again, and how long is waited in between, in milliseconds. */
const OPEN_RETRIES = 20
const OPEN_RETRY_MILLIS = 100

/** The file cannot be used: no such folder, no database, of a later version, or damaged. `path` names it. */
export class CannotOpen extends Schema.TaggedError<CannotOpen>()("CannotOpen", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot open ${this.path}: ${this.detail}`
  }
}

export const inMemory: Effect.Effect<Connection.Connection, CannotOpen> = Effect.suspend(() => tryOpen(":memory:"))

/** The file of the folder, which is made where it is not there. `isAccepted` where it is taken as it is. */
export const inFolder = Effect.fnUntraced(function*(
  folder: string,
  isAccepted: boolean
): Effect.fn.Return<Connection.Connection, CannotOpen> {
  const path = join(folder, FileCheck.FILE_NAME)
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

/** What is wrong with the folder. */
export const check = (folder: string): Effect.Effect<FileCheck.Checked, CannotOpen> =>
  retrying(
    folder,
    Effect.suspend(() => {
      mkdirSync(folder, { recursive: true })
      return FileCheck.inspect(folder)
    })
  )

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
    Effect.retry({ schedule: Schedule.spaced(OPEN_RETRY_MILLIS), times: OPEN_RETRIES, while: Connection.isBusy }),
    Effect.mapError((error) => new CannotOpen({ path, detail: wordsOf(error) }))
  )

const wordsOf = (error: unknown): string => {
  const words = Connection.operatingError(error) ?? String(error)
  return Connection.troubleOf(error) === "damaged" ? `${words}; bring back a backup of the whole folder` : words
}

/** The connection, or what is wrong with the file. */
const configured = (path: string): Connection.Connection | string => {
  const connection = Connection.open(path)
  try {
    Connection.configure(connection)
    const wrong = Migrations.migrate(connection)
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
