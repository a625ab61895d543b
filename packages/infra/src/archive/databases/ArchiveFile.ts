/** The archive in a file of its own beside the embedded one: one connection that writes, and one that reads. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Exit, Schedule, type Scope, Semaphore } from "effect"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as CheckpointThread from "../../sqlite/database/checkpoints/CheckpointThread.ts"
import * as Connection from "../../sqlite/database/Connection.ts"
import { CannotOpen } from "../../sqlite/database/OpenFile.ts"
import * as ResultCode from "../../sqlite/database/ResultCode.ts"
import { ARCHIVE_NAME } from "../../sqlite/folder/EngineFiles.ts"
import type { ArchiveDatabase, Work } from "../sql/Session.ts"
import * as Migration from "../tables/Migration.ts"
import { DIALECT } from "./FileDialect.ts"
import { attempt, attemptOnce, failed, sessionOf, wordsOf } from "./FileSession.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = ARCHIVE_NAME

/** How long another process that writes is waited for, in milliseconds, and how often it is tried meanwhile. */
const BUSY_MILLIS = 2_000
const RETRY_MILLIS = 20
/**
 * Pages of the write-ahead log at which a commit takes them to the file: 64 MiB. A batch touches pages all over the
 * indexes, and the same ones again soon.
 */
const WAL_PAGES = 16_000
/** SQLite itself does not wait: it would block this process. */
const NO_WAIT = 0

/** Selects the table of versions where it is there. */
export const VERSIONS = "SELECT 1 FROM sqlite_schema WHERE name = 'archive_version'"

/** Begins to write; another process that does is waited for. */
const beginAlone = (connection: Connection.Connection): Effect.Effect<unknown, ArchiveUnavailable> =>
  attemptOnce(() => connection.run("BEGIN IMMEDIATE")).pipe(
    Effect.retry({
      schedule: Schedule.spaced(RETRY_MILLIS),
      times: BUSY_MILLIS / RETRY_MILLIS,
      while: ({ error }) => ResultCode.isBusy(error)
    }),
    Effect.catch(failed)
  )

const end = (connection: Connection.Connection, exit: Exit.Exit<unknown, unknown>) =>
  attempt(() => {
    try {
      // A full disk has rolled back already.
      if (Exit.isSuccess(exit) && connection.isInTransaction()) connection.run("COMMIT")
    } finally {
      if (connection.isInTransaction()) connection.run("ROLLBACK")
    }
  })

/** A transaction on a connection that one fiber has at a time. */
const transaction = <A>(
  connection: Connection.Connection,
  line: Semaphore.Semaphore,
  begin: Effect.Effect<unknown, ArchiveUnavailable>,
  work: Work<A>
): Effect.Effect<A, ArchiveUnavailable> =>
  line.withPermits(1)(
    Effect.acquireUseRelease(begin, () => work(sessionOf(connection)), (_, exit) => end(connection, exit))
  )

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
      Effect.tap(transaction(writer, writing, beginAlone(writer), work), () => Effect.sync(thread.committed))
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
      snapshot: (work) => transaction(reader, reading, attempt(() => reader.run("BEGIN")), work),
      write
    }
  })
