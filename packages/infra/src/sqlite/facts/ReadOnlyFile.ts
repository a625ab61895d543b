/**
 * The embedded file, opened to be read only: nothing beside it comes to be, and what an older build has left is not
 * brought up to date.
 */
import { Effect, Layer, type Scope } from "effect"
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import * as Connection from "../database/Connection.ts"
import * as GroupCommit from "../database/GroupCommit.ts"
import * as Migrations from "../database/Migrations.ts"
import { CannotOpen } from "../database/OpenFile.ts"
import * as ResultCode from "../database/ResultCode.ts"
import * as Signals from "../database/Signals.ts"
import { SqliteDatabase } from "../database/SqliteDatabase.ts"
import * as RecentRecords from "../database/writing/RecentRecords.ts"
import { WAL_SUFFIX } from "../folder/EngineFiles.ts"

/**
 * Where no engine has the file open, nothing changes it: read as such, it needs none of the files that SQLite makes
 * beside one, and would leave behind as nobody may clear them away.
 */
export const open = (path: string): Connection.Connection => {
  const isInUse = existsSync(path + WAL_SUFFIX)
  const from = isInUse ? path : `${pathToFileURL(path).href}?immutable=1`
  return Connection.open(from, Connection.BUSY_TIMEOUT_MILLIS, true)
}

/** Opens the file for one look. Throws what SQLite throws. */
export const using = <A>(path: string, look: (connection: Connection.Connection) => A): A => {
  const connection = open(path)
  try {
    return look(connection)
  } finally {
    connection.close()
  }
}

/** For the ports that read. A write dies: whoever asks for one must not have this layer. */
export const layer = (path: string): Layer.Layer<SqliteDatabase, CannotOpen> => Layer.effect(SqliteDatabase, make(path))

const make = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<SqliteDatabase["Service"], CannotOpen, Scope.Scope> {
  const failed = (detail: string) => new CannotOpen({ path, detail })
  const connection = yield* Effect.acquireRelease(
    Effect.try({ try: () => open(path), catch: (error) => failed(ResultCode.operatingError(error) ?? String(error)) }),
    (opened) => Effect.sync(opened.close)
  )
  const version = yield* Effect.mapError(
    GroupCommit.attempt(() => Migrations.versionOf(connection)),
    ({ detail }) => failed(detail)
  )
  if (version !== Migrations.LATEST) return yield* failed(`its tables are of version ${version}, of another build`)
  const dies = Effect.die(new Error(`${path} is opened to be read only`))
  return {
    read: (look) => GroupCommit.attempt(() => look(connection)),
    write: () => dies,
    writeSoon: () => dies,
    offer: () => {
      throw new Error(`${path} is opened to be read only`)
    },
    trouble: Effect.undefined,
    signals: Signals.make(),
    recent: RecentRecords.make()
  }
})
