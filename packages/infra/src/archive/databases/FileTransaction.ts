/** Transactions on the archive's file. Another process that writes is waited for, without blocking this one. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Exit, Schedule, type Semaphore } from "effect"
import { type Connection, rollBack } from "../../sqlite/database/Connection.ts"
import * as ResultCode from "../../sqlite/database/ResultCode.ts"
import type { Work } from "../sql/Session.ts"
import { attempt, attemptOnce, failed, sessionOf } from "./FileSession.ts"

/** How long another process that writes is waited for, in milliseconds, and how often it is tried meanwhile. */
const BUSY_MILLIS = 2_000
const RETRY_MILLIS = 20

/** Begins to write; another process that does is waited for. */
const beginAlone = (connection: Connection): Effect.Effect<unknown, ArchiveUnavailable> =>
  attemptOnce(() => {
    // One that could not be ended would be in the way of every later one.
    rollBack(connection)
    connection.run("BEGIN IMMEDIATE")
  }).pipe(
    Effect.retry({
      schedule: Schedule.spaced(RETRY_MILLIS),
      times: BUSY_MILLIS / RETRY_MILLIS,
      while: ({ error }) => ResultCode.isBusy(error)
    }),
    Effect.catch(failed)
  )

/** Begins to read what is there now. */
const beginReading = (connection: Connection): Effect.Effect<unknown, ArchiveUnavailable> =>
  attempt(() => {
    rollBack(connection)
    connection.run("BEGIN")
  })

const end = (connection: Connection, exit: Exit.Exit<unknown, unknown>) =>
  attempt(() => {
    try {
      // A full disk has rolled back already.
      if (Exit.isSuccess(exit) && connection.isInTransaction()) connection.run("COMMIT")
    } finally {
      rollBack(connection)
    }
  })

type Transaction = <A>(
  connection: Connection,
  line: Semaphore.Semaphore,
  work: Work<A>
) => Effect.Effect<A, ArchiveUnavailable>

const begunBy =
  (begin: (connection: Connection) => Effect.Effect<unknown, ArchiveUnavailable>): Transaction =>
  (connection, line, work) =>
    line.withPermits(1)(
      Effect.acquireUseRelease(begin(connection), () => work(sessionOf(connection)), (_, exit) => end(connection, exit))
    )

/** Writes on a connection that one fiber has at a time. */
export const writing = begunBy(beginAlone)
/** Reads what is there when it begins, on a connection that one fiber has at a time. */
export const reading = begunBy(beginReading)
