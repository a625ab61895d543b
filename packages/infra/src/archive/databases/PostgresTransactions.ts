/** Transactions of PostgreSQL. Each says how far it is apart from others, whatever the database's defaults are. */
import type * as PgClient from "@effect/sql-pg/PgClient"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import { BeginTransaction } from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import { messageOf } from "../../errors/MessageOf.ts"

/** Who has waited for the lock of who writes sees what the others have written meanwhile. */
const BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
/** All statements see one moment. */
const BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

export const unavailable = (error: unknown): ArchiveUnavailable => {
  // The outer messages say what was tried; the innermost one says what is wrong.
  const reason = error instanceof SqlError ? error.reason.cause ?? error.reason : error
  return new ArchiveUnavailable({ detail: messageOf(reason) })
}

const beginBy = (begin: string) => <A>(client: PgClient.PgClient, work: Effect.Effect<A, ArchiveUnavailable>) =>
  client.withTransaction(work).pipe(
    Effect.provideService(BeginTransaction, begin),
    Effect.mapError((error) => error instanceof ArchiveUnavailable ? error : unavailable(error))
  )

export const writing = beginBy(BEGIN_WRITING)
export const reading = beginBy(BEGIN_READING)
