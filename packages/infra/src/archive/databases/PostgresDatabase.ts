/**
 * The archive in PostgreSQL. Opens at once, also while the database is away: every question says how it is. The tables
 * are made by who writes first.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Fiber, type Redacted, type Scope, Semaphore } from "effect"
import type * as Reactivity from "effect/reactivity/Reactivity"
import type { ArchiveDatabase, Dialect, Session, Value, Work } from "../sql/Session.ts"
import * as Migration from "../tables/Migration.ts"
import * as PostgresStatements from "./PostgresStatements.ts"
import * as Transactions from "./PostgresTransactions.ts"

/** Connections of one process. */
const MAX_CONNECTIONS = 5
/** How long connecting may take, in milliseconds. */
const CONNECT_MILLIS = 1_500
/** How long a statement may take, and a question of several: the archive is away then. */
const ANSWER_MILLIS = 2_000
/** How long a batch may take, with waiting for others who write. */
const WRITE_MILLIS = 15_000
/** How long a transaction may wait for its process, before the server ends it for the others who write. */
const IDLE_MILLIS = 10_000
/** The lock of who writes, for one transaction: one writer at a time reads, folds and writes rows. */
export const WRITER_LOCK = 5_701_162_016

/** Waits for others who write for as long as the batch may take. */
const BE_ALONE = `SELECT set_config('idle_in_transaction_session_timeout', '${IDLE_MILLIS}', true),
  pg_advisory_xact_lock(${WRITER_LOCK})`

export const DIALECT: Dialect = {
  text: "TEXT COLLATE \"C\"",
  integer: "BIGINT",
  numbered: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  now: "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
  prepare: []
}

/** Selects the table of versions where it is there. */
export const VERSIONS = "SELECT 1 FROM pg_class WHERE oid = to_regclass('archive_version')"

const NO_TABLES = "it holds no tables yet: `flash-sale archive` makes them"

const late = (millis: number) => ({
  duration: millis,
  orElse: () => Effect.fail(new ArchiveUnavailable({ detail: `no answer within ${millis} ms` }))
})

/** Fails in time also where a server that is silent keeps the work from ending so soon: it is ended beside this. */
const within = <A>(work: Effect.Effect<A, ArchiveUnavailable>, millis: number): Effect.Effect<A, ArchiveUnavailable> =>
  Effect.flatMap(Effect.forkDetach(work), (fiber) =>
    Fiber.join(fiber).pipe(
      Effect.timeoutOrElse(late(millis)),
      Effect.onExit(() => Effect.asVoid(Effect.forkDetach(Fiber.interrupt(fiber))))
    ))

/** Runs a statement for as long as it takes. */
const run = (client: PgClient.PgClient, sql: string, parameters: ReadonlyArray<Value>) =>
  Effect.mapError(client.unsafe<Record<string, unknown>>(sql, parameters), Transactions.unavailable)

const sessionOf = (client: PgClient.PgClient): Session => {
  const all: Session["all"] = (sql, ...parameters) =>
    Effect.timeoutOrElse(run(client, sql, parameters), late(ANSWER_MILLIS))
  return {
    all,
    each: (statement, rows) =>
      rows.length === 0 ? Effect.succeed([]) : all(PostgresStatements.textOf(statement), JSON.stringify(rows))
  }
}

/** Runs `prepare` before the first use that succeeds. */
const onceBefore = (prepare: Effect.Effect<void, ArchiveUnavailable>) => {
  let isDone = false
  return Effect.suspend(() =>
    isDone ? Effect.void : Effect.tap(prepare, () =>
      Effect.sync(() => {
        isDone = true
      }))
  )
}

type Connecting<A> = Effect.Effect<A, never, Scope.Scope | Reactivity.Reactivity>

const connect = (url: Redacted.Redacted, ca: string | undefined): Connecting<PgClient.PgClient> =>
  Effect.orDie(PgClient.make({
    url,
    // Whether TLS is spoken at all says the URL.
    ssl: ca === undefined ? undefined : { ca },
    maxConnections: MAX_CONNECTIONS,
    connectTimeout: CONNECT_MILLIS,
    applicationName: "flash-sale",
    // Tables grow a thousandfold between two looks at their statistics: each statement is planned as they are now.
    startupParameters: { plan_cache_mode: "force_custom_plan" }
  }))

/** For a look, whatever tables there are. */
export const sessionAt = (url: Redacted.Redacted, ca?: string): Connecting<Session> =>
  Effect.map(connect(url, ca), sessionOf)

/** `ca`: the authorities that are trusted instead of those of Node, as PEM, where the URL has TLS spoken. */
export const make = (url: Redacted.Redacted, ca?: string): Connecting<ArchiveDatabase> =>
  Effect.gen(function*() {
    const client = yield* connect(url, ca)
    const session = sessionOf(client)
    const line = yield* Semaphore.make(1)
    const write = <A>(work: Work<A>) => {
      const alone = Effect.andThen(run(client, BE_ALONE, []), work(session))
      return line.withPermits(1)(within(Transactions.writing(client, alone), WRITE_MILLIS))
    }
    const versionOf = within(Migration.versionOf(session, VERSIONS), ANSWER_MILLIS)
    const ready = onceBefore(
      Migration.whereNeeded(versionOf, write((opened) => Migration.migrate(opened, DIALECT, VERSIONS)))
    )
    const known = onceBefore(Effect.flatMap(
      versionOf,
      (version) => version > 0 ? Effect.void : new ArchiveUnavailable({ detail: NO_TABLES })
    ))
    /** A question, which ends in time. */
    const ask = <A>(question: Effect.Effect<A, ArchiveUnavailable>) =>
      within(Effect.andThen(known, question), ANSWER_MILLIS)
    return {
      ready,
      dialect: DIALECT,
      session: {
        all: (...args) => ask(session.all(...args)),
        each: (...args) => ask(session.each(...args))
      },
      snapshot: (work) => ask(Transactions.reading(client, work(session))),
      write: (work) => Effect.andThen(ready, write(work))
    }
  })
