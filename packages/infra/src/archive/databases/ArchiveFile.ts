/**
 * The archive in a file of its own beside the embedded one: one connection that reads, and one that writes in a thread
 * of its own.
 */
import { Effect, type Scope, Semaphore } from "effect"
import { join } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import { CannotOpen } from "../../sqlite/database/OpenFile.ts"
import { ARCHIVE_NAME } from "../../sqlite/folder/EngineFiles.ts"
import type { ArchiveDatabase, Work } from "../sql/Session.ts"
import * as Migration from "../tables/Migration.ts"
import * as FileCaller from "./FileCaller.ts"
import { DIALECT } from "./FileDialect.ts"
import * as FileOpening from "./FileOpening.ts"
import { sessionOf, wordsOf } from "./FileSession.ts"
import * as FileThread from "./FileThread.ts"
import * as FileTransaction from "./FileTransaction.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = ARCHIVE_NAME

/** Selects the table of versions where it is there. */
export const VERSIONS = "SELECT 1 FROM sqlite_schema WHERE name = 'archive_version'"

const connect = (path: string) =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      try {
        PrivateFiles.makeFile(path)
        return Effect.succeed(FileOpening.open(path))
      } catch (error) {
        return Effect.fail(new CannotOpen({ path, detail: wordsOf(error) ?? messageOf(error) }))
      }
    }),
    ({ connection }) => Effect.sync(connection.close)
  )

/** Opens the file of a folder that is there; the file is made where it is missing. */
export const make = (folder: string): Effect.Effect<ArchiveDatabase, CannotOpen, Scope.Scope> =>
  Effect.gen(function*() {
    const path = join(folder, FILE_NAME)
    const reader = FileCaller.here(yield* connect(path))
    const writer = yield* FileThread.make(path)
    const writing = yield* Semaphore.make(1)
    const reading = yield* Semaphore.make(1)
    const session = sessionOf(reader)
    const write = <A>(work: Work<A>) => FileTransaction.writing(writer, writing, work)
    yield* Effect.mapError(
      Migration.whereNeeded(
        Migration.versionOf(session, VERSIONS),
        write((opened) => Migration.migrate(opened, DIALECT, VERSIONS))
      ),
      ({ detail }) => new CannotOpen({ path, detail })
    )
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
