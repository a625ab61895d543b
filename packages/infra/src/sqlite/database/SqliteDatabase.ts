/** The embedded file: everything that the engine keeps when it runs without Kafka and Redis. */
import { StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { Cause, Context, Effect, Exit, Layer, Option, Result, Schedule, Schema, type Scope } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as BatchLine from "../../actor/BatchLine.ts"
import * as Connection from "./Connection.ts"
import * as ExternalChanges from "./ExternalChanges.ts"
import * as FileTrouble from "./FileTrouble.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Migrations from "./Migrations.ts"
import * as Signals from "./Signals.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "engine.sqlite"
/** Writes that may wait for their turn. */
export const WRITE_LINE_CAPACITY = 20_000
/** Writes that share one commit. */
export const WRITE_BATCH = 512
/** How often opening a file that is busy is tried again, and how long is waited in between, in milliseconds. */
const OPEN_RETRIES = 20
const OPEN_RETRY_MILLIS = 100

/** The file cannot be used: no such folder, no database, or of a later version. `path` names it. */
export class CannotOpen extends Schema.TaggedError<CannotOpen>()("CannotOpen", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot open ${this.path}: ${this.detail}`
  }
}

/** Where the engine keeps its file: a folder, or nowhere, for as long as the layer lives. */
export type Place = { readonly folder: string } | "memory"

/**
 * One write: synchronous, over the tables, inside a transaction that it shares with others. A failure undoes what it
 * did, and nothing else. `touch` names topics of `Signals` to wake when it is committed.
 */
export type Job<A, E> = (
  connection: Connection.Connection,
  touch: (topic: string) => void
) => Result.Result<A, E>

export class SqliteDatabase extends Context.Service<SqliteDatabase, {
  /** Reads what is committed. Synchronous, so it must be short. */
  readonly read: <A>(look: (connection: Connection.Connection) => A) => Effect.Effect<A, GroupCommit.SqliteUnavailable>
  /** Writes in turn, and answers when it is on the disk. `SqliteUnavailable` also where the line is full. */
  readonly write: <A, E = never>(job: Job<A, E>) => Effect.Effect<A, E | GroupCommit.WriteError>
  /** The same without a fiber: `answered` is called once, perhaps at once. */
  readonly offer: <A, E = never>(job: Job<A, E>, answered: BatchLine.Answered<A, E | GroupCommit.WriteError>) => void
  /**
   * Writes in turn, and answers when a kill -9 cannot take it back. A power cut can, until the next `write`, but then
   * it takes all that came after as well: what is kept is always a beginning of what was written. For what follows from
   * the log or is only worth its while, which is folded, claimed or told again.
   */
  readonly writeSoon: <A, E = never>(job: Job<A, E>) => Effect.Effect<A, E | GroupCommit.WriteError>
  /** Why the file takes no writes now; undefined where it does. */
  readonly trouble: Effect.Effect<string | undefined>
  /** Wakes those who wait for a change, also one by another process. */
  readonly signals: Signals.Signals
}>()("@flash-sale/infra/SqliteDatabase") {}

/** Opens the file and brings its tables up to date. When the scope closes, waiting writes are still made. */
export const layer = (place: Place): Layer.Layer<SqliteDatabase, CannotOpen> =>
  Layer.effect(SqliteDatabase, make(place))

const make = Effect.fnUntraced(function*(
  place: Place
): Effect.fn.Return<SqliteDatabase["Service"], CannotOpen, Scope.Scope> {
  const connection = yield* Effect.acquireRelease(open(place), (opened) => Effect.sync(opened.close))
  const signals = Signals.make()
  const fileTrouble = FileTrouble.make()
  const touched = new Set<string>()
  const touch = (topic: string): void => void touched.add(topic)
  const line = yield* BatchLine.make<GroupCommit.Step, void, GroupCommit.WriteError>({
    name: "sqlite",
    capacity: WRITE_LINE_CAPACITY,
    batchSize: WRITE_BATCH,
    handle: (steps) =>
      Effect.sync(() => {
        touched.clear()
        const answers = GroupCommit.commit(connection, steps)
        fileTrouble.note(answers)
        if (touched.size > 0) signals.wake(touched)
        return answers
      })
  })
  if (place !== "memory") yield* Effect.forkScoped(ExternalChanges.watch(connection, signals))

  const offer = <A, E>(
    durable: boolean,
    job: Job<A, E>,
    answered: BatchLine.Answered<A, E | GroupCommit.WriteError>
  ): void => {
    let result: Option.Option<Result.Result<A, E>> = Option.none()
    const run = (opened: Connection.Connection): boolean => {
      const made = job(opened, touch)
      result = Option.some(made)
      return Result.isSuccess(made)
    }
    line.offer({ durable, run }, (answer) =>
      answered(
        Exit.isFailure(answer)
          ? Exit.failCause(Cause.map(answer.cause, unavailableWhereFull))
          : toExit(Option.getOrThrow(result))
      ))
  }
  const write = (durable: boolean) => <A, E>(job: Job<A, E>): Effect.Effect<A, E | GroupCommit.WriteError> =>
    Effect.callback((resume) => offer(durable, job, resume))

  const read = <A>(look: (connection: Connection.Connection) => A) =>
    Effect.tapError(
      GroupCommit.attempt(() => look(connection)),
      ({ detail }) => Effect.sync(() => fileTrouble.noteFailure(detail))
    )
  const probing = (step: GroupCommit.Step) => Effect.mapError(line.ask(step), unavailableWhereFull)

  return {
    read,
    // A read of the file comes first: where it fails, that is the trouble.
    trouble: Effect.andThen(
      Effect.ignore(read((opened) => opened.get("SELECT 1 FROM sqlite_schema"))),
      fileTrouble.now(probing)
    ),
    write: write(true),
    writeSoon: write(false),
    offer: (job, answered) => offer(true, job, answered),
    signals
  }
})

const toExit = <A, E>(result: Result.Result<A, E>): Exit.Exit<A, E> =>
  Result.isSuccess(result) ? Exit.succeed(result.success) : Exit.fail(result.failure)

const unavailableWhereFull = (error: GroupCommit.WriteError | BatchLine.LineFull): GroupCommit.WriteError =>
  error._tag === "LineFull"
    ? new GroupCommit.SqliteUnavailable({ detail: `${error.capacity} writes wait already` })
    : error

const open = Effect.fnUntraced(function*(place: Place): Effect.fn.Return<Connection.Connection, CannotOpen> {
  const path = place === "memory" ? ":memory:" : join(place.folder, FILE_NAME)
  const opened = yield* Effect.try({
    try: () => {
      if (place !== "memory") mkdirSync(place.folder, { recursive: true })
      return tryOpen(path)
    },
    catch: (error) => ({
      isBusy: Connection.isBusy(error),
      refusal: new CannotOpen({ path, detail: Connection.operatingError(error) ?? String(error) })
    })
  }).pipe(
    // Another process may be creating the tables right now.
    Effect.retry({ schedule: Schedule.spaced(OPEN_RETRY_MILLIS), times: OPEN_RETRIES, while: ({ isBusy }) => isBusy }),
    Effect.mapError(({ refusal }) => refusal)
  )
  return typeof opened === "string" ? yield* new CannotOpen({ path, detail: opened }) : opened
})

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

/** For ports that know one way in which a store is away. */
export const storeUnavailable = ({ detail }: GroupCommit.WriteError): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(new StoreUnavailable({ detail }))

/** Whether the file takes writes now. */
export const isUp = (database: SqliteDatabase["Service"]): Effect.Effect<boolean> =>
  Effect.map(database.trouble, (why) => why === undefined)
