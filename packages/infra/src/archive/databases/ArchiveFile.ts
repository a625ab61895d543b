/** The archive in a file of its own beside the embedded one: one connection that writes, and one that reads. */
import { Effect, type Scope, Semaphore } from "effect"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as CheckpointThread from "../../sqlite/database/checkpoints/CheckpointThread.ts"
import * as Connection from "../../sqlite/database/Connection.ts"
import { CannotOpen } from "../../sqlite/database/OpenFile.ts"
import { ARCHIVE_NAME } from "../../sqlite/folder/EngineFiles.ts"
import type { ArchiveDatabase, Work } from "../sql/Session.ts"
import * as Migration from "../tables/Migration.ts"
import { DIALECT } from "./FileDialect.ts"
import { sessionOf, wordsOf } from "./FileSession.ts"
import * as FileTransaction from "./FileTransaction.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = ARCHIVE_NAME

/**
 * Pages of the write-ahead log at which a commit takes them to the file: 64 MiB. A batch touches pages all over the
 * indexes, and the same ones again soon.
 */
const WAL_PAGES = 16_000
/** SQLite itself does not wait: it would block this process. */
const NO_WAIT = 0

/** Selects the table of versions where it is there. */
export const VERSIONS = "SELECT 1 FROM sqlite_schema WHERE name = 'archive_version'"

const connect = (path: string) =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      try {
        PrivateFiles.makeFile(path)
        const connection = Connection.open(path, NO_WAIT)
        Connection.configure(connection)
        connection.script(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`)
        // What a power cut takes is folded again: positions go with what they stand for.
        connection.setDurable(false)
        return Effect.succeed(connection)
      } catch (error) {
        return Effect.fail(new CannotOpen({ path, detail: wordsOf(error) ?? messageOf(error) }))
      }
    }),
    (connection) => Effect.sync(connection.close)
  )

/** Opens the file of a folder that is there; the file is made where it is missing. */
export const make = (folder: string): Effect.Effect<ArchiveDatabase, CannotOpen, Scope.Scope> =>
  Effect.gen(function*() {
    const path = join(folder, FILE_NAME)
    const writer = yield* connect(path)
    const thread = yield* CheckpointThread.make(path, writer)
    const writing = yield* Semaphore.make(1)
    const write = <A>(work: Work<A>) =>
      Effect.tap(
        FileTransaction.writing(writer, writing, work),
        () => Effect.sync(thread.committed)
      )
    yield* Effect.mapError(
      write((session) => Migration.migrate(session, DIALECT, VERSIONS)),
      ({ detail }) => new CannotOpen({ path, detail })
    )
    const reader = yield* connect(path)
    const reading = yield* Semaphore.make(1)
    const session = sessionOf(reader)
    return {
      ready: Effect.void,
      dialect: DIALECT,
      session: {
        all: (...args) => reading.withPermits(1)(session.all(...args)),
        each: (...args) => reading.withPermits(1)(session.each(...args))
      },
      snapshot: (work) => FileTransaction.reading(reader, reading, work),
      write
    }
  })
