/** Opening the embedded file: the folder is made where it is missing, and the tables are brought up to date. */
import { Effect, Schedule, Schema } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Connection from "./Connection.ts"
import * as Migrations from "./Migrations.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "engine.sqlite"
/** How often opening a file that is busy is tried again, and how long is waited in between, in milliseconds. */
const OPEN_RETRIES = 20
const OPEN_RETRY_MILLIS = 100

/** The file cannot be used: its folder cannot be made, it is no database, or it is of a later version. */
export class CannotOpen extends Schema.TaggedError<CannotOpen>()("CannotOpen", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot open ${this.path}: ${this.detail}`
  }
}

/** The location of the engine's file: a folder, or memory, for as long as the layer lives. */
export type Location = { readonly folder: string } | "memory"

/** Opens the file. Retries while another process locks it, for about two seconds. */
export const open = Effect.fnUntraced(
  function*(location: Location): Effect.fn.Return<Connection.Connection, CannotOpen> {
    const path = location === "memory" ? ":memory:" : join(location.folder, FILE_NAME)
    const opened = yield* Effect.try({
      try: () => {
        if (location !== "memory") mkdirSync(location.folder, { recursive: true })
        return tryOpen(path)
      },
      catch: (error) => ({
        isBusy: Connection.isBusy(error),
        refusal: new CannotOpen({ path, detail: Connection.operatingError(error) ?? String(error) })
      })
    }).pipe(
      // Another process may be creating the tables right now.
      Effect.retry({
        schedule: Schedule.spaced(OPEN_RETRY_MILLIS),
        times: OPEN_RETRIES,
        while: ({ isBusy }) => isBusy
      }),
      Effect.mapError(({ refusal }) => refusal)
    )
    return typeof opened === "string" ? yield* new CannotOpen({ path, detail: opened }) : opened
  }
)

/** The connection, or what is wrong with the file. */
const tryOpen = (path: string): Connection.Connection | string => {
  const connection = Connection.open(path)
  try {
    Connection.configure(connection)
    const wrong = Migrations.migrate(connection)
    if (wrong === undefined) return connection
    connection.close()
    return wrong
  } catch (error) {
    connection.close()
    throw error
  }
}
