/** Transactions on the archive's file. Another process that writes is waited for, without blocking this one. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Exit, Schedule, type Semaphore } from "effect"
import * as ResultCode from "../../sqlite/database/ResultCode.ts"
import type { Work } from "../sql/Session.ts"
import type { Caller } from "./FileCaller.ts"
import { failed, sessionOf } from "./FileSession.ts"

/** How long another process that writes is waited for, in milliseconds, and how often it is tried meanwhile. */
const BUSY_MILLIS = 2_000
const RETRY_MILLIS = 20

/** Begins to write; another process that does is waited for. */
const beginAlone = (caller: Caller): Effect.Effect<unknown, ArchiveUnavailable> =>
  caller.make({ type: "begin", sql: "BEGIN IMMEDIATE" }).pipe(
    Effect.retry({
      schedule: Schedule.spaced(RETRY_MILLIS),
      times: BUSY_MILLIS / RETRY_MILLIS,
      while: ({ error }) => ResultCode.isBusy(error)
    }),
    Effect.catch(failed)
  )

/** Begins to read what is there now. */
const beginReading = (caller: Caller): Effect.Effect<unknown, ArchiveUnavailable> =>
  Effect.catch(caller.make({ type: "begin", sql: "BEGIN" }), failed)

const end = (caller: Caller, exit: Exit.Exit<unknown, unknown>) =>
  Effect.catch(caller.make({ type: "end", isKept: Exit.isSuccess(exit) }), failed)

type Transaction = <A>(caller: Caller, line: Semaphore.Semaphore, work: Work<A>) => Effect.Effect<A, ArchiveUnavailable>

const begunBy =
  (begin: (caller: Caller) => Effect.Effect<unknown, ArchiveUnavailable>): Transaction => (caller, line, work) =>
    line.withPermits(1)(
      Effect.acquireUseRelease(begin(caller), () => work(sessionOf(caller)), (_, exit) => end(caller, exit))
    )

/** Writes on a connection that one fiber has at a time. */
export const writing = begunBy(beginAlone)
/** Reads what is there when it begins, on a connection that one fiber has at a time. */
export const reading = begunBy(beginReading)
