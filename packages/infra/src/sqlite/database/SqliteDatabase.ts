/** The embedded file: everything that the engine keeps when it runs without Kafka and Redis. */
import { StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { Cause, Context, Effect, Exit, Layer, Option, Result, type Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import type * as Connection from "./Connection.ts"
import * as ExternalChanges from "./ExternalChanges.ts"
import * as FileTrouble from "./FileTrouble.ts"
import * as FileUpkeep from "./FileUpkeep.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as OpenFile from "./OpenFile.ts"
import * as Signals from "./Signals.ts"

/** Writes that may wait for their turn. */
export const WRITE_LINE_CAPACITY = 20_000
/** Writes that share one commit. */
export const WRITE_BATCH = 512
/** Where the engine keeps its file: a folder, or nowhere, for as long as the layer lives. */
export type Place = "memory" | {
  readonly folder: string
  /** Whether this is the engine's own, which keeps the file: it holds the `EngineLock`. */
  readonly isEngine?: boolean
  /** Whether a file that has lost what was acknowledged is taken as it is, and marked anew. */
  readonly isAccepted?: boolean
}

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
  /** Wakes those who wait for a change, also one by another process. */
  readonly signals: Signals.Signals
  /** What is wrong with the file, where something is known to be: it is damaged for good, or its disk fails. */
  readonly trouble: () => string | undefined
}>()("@flash-sale/infra/SqliteDatabase") {}

/** Opens the file and brings its tables up to date. When the scope closes, waiting writes are still made. */
export const layer = (place: Place): Layer.Layer<SqliteDatabase, OpenFile.CannotOpen> =>
  Layer.effect(SqliteDatabase, make(place))

const make = Effect.fnUntraced(function*(
  place: Place
): Effect.fn.Return<SqliteDatabase["Service"], OpenFile.CannotOpen, Scope.Scope> {
  const trouble = FileTrouble.watch(
    yield* Effect.acquireRelease(open(place), (opened) => Effect.sync(opened.close))
  )
  const { connection } = trouble
  const upkeep = place !== "memory" && place.isEngine === true
    ? yield* FileUpkeep.make(connection, place.folder)
    : undefined
  const signals = Signals.make()
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
        upkeep?.committed()
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

  return {
    read: (look) => GroupCommit.attempt(() => look(connection)),
    write: write(true),
    writeSoon: write(false),
    offer: (job, answered) => offer(true, job, answered),
    signals,
    trouble: trouble.now
  }
})

const toExit = <A, E>(result: Result.Result<A, E>): Exit.Exit<A, E> =>
  Result.isSuccess(result) ? Exit.succeed(result.success) : Exit.fail(result.failure)

const unavailableWhereFull = (error: GroupCommit.WriteError | BatchLine.LineFull): GroupCommit.WriteError =>
  error._tag === "LineFull"
    ? new GroupCommit.SqliteUnavailable({ detail: `${error.capacity} writes wait already` })
    : error

const open = (place: Place): Effect.Effect<Connection.Connection, OpenFile.CannotOpen> =>
  place === "memory" ? OpenFile.inMemory : OpenFile.inFolder(place.folder, place.isAccepted === true)

/** For ports that know one way in which a store is away. */
export const storeUnavailable = ({ detail }: GroupCommit.WriteError): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(new StoreUnavailable({ detail }))

const PROBE = "INSERT OR REPLACE INTO settings(name, value) VALUES ('probe', 0)"

/** Whether the file can be read now. One whose disk has failed is written to, as it is well only when that succeeds. */
export const isUp = (database: SqliteDatabase["Service"]): Effect.Effect<boolean> =>
  Effect.suspend(() =>
    database.trouble() === undefined
      ? database.read((connection) => connection.get("SELECT 1") !== undefined)
      : Effect.as(
        database.write((connection) => {
          connection.run(PROBE)
          return Result.void
        }),
        true
      )
  ).pipe(Effect.orElseSucceed(() => false))
