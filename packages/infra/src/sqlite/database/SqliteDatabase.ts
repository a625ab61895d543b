/** The embedded file: all state of an engine that runs without Kafka and Redis. Decision 0004. */
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Cause, Context, Effect, Exit, Layer, Result, Schedule, type Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import * as Completion from "../../actor/Completion.ts"
import * as FolderOwnership from "../folder/FolderOwnership.ts"
import type * as Connection from "./Connection.ts"
import * as DamageGuard from "./DamageGuard.ts"
import * as ExternalChanges from "./ExternalChanges.ts"
import * as FileTrouble from "./FileTrouble.ts"
import * as FileUpkeep from "./FileUpkeep.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as OpenFile from "./OpenFile.ts"
import * as Signals from "./Signals.ts"
import * as RecentRecords from "./writing/RecentRecords.ts"
import * as Write from "./writing/Write.ts"

/** Writes that may wait for a commit. */
export const WRITE_LINE_CAPACITY = 20_000
/** Writes that share one commit. */
export const WRITE_BATCH = 512
export class SqliteDatabase extends Context.Service<SqliteDatabase, {
  /** Reads committed state. Synchronous, so it must be short. */
  readonly read: <A>(read: (connection: Connection.Connection) => A) => Effect.Effect<A, GroupCommit.SqliteUnavailable>
  /** Writes in order, and returns when the write is on the disk. `SqliteUnavailable` also where the queue is full. */
  readonly write: <A, E = never>(job: Write.Job<A, E>) => Effect.Effect<A, E | GroupCommit.WriteError>
  /** The same by a callback, which is called once, perhaps at once. */
  readonly offer: <A, E = never>(job: Write.Job<A, E>, completion: Written<A, E>) => void
  /**
   * Writes in order, and returns when a kill -9 cannot undo it. Until the next `write` a power cut can, but then it
   * loses all later writes as well: what is kept is always a prefix of what was written. For state that follows from
   * the log or expires by itself, and so is folded, claimed or published again.
   */
  readonly writeSoon: <A, E = never>(job: Write.Job<A, E>) => Effect.Effect<A, E | GroupCommit.WriteError>
  /** Why the file takes no writes now; undefined where it does. */
  readonly trouble: Effect.Effect<string | undefined>
  /** Wakes fibers that wait for a change, also one by another process. */
  readonly signals: Signals.Signals
  /** Records that this process has just appended, for the consumer of the log. */
  readonly recent: RecentRecords.RecentRecords
}>()("@flash-sale/infra/SqliteDatabase") {}

/** Receives what came of one write. */
type Written<A, E> = Completion.Completion<Exit.Exit<A, E | GroupCommit.WriteError>>

/** Opens the file and brings its tables up to date. When the scope closes, waiting writes are still made. */
export const layer = (location: OpenFile.Location): Layer.Layer<SqliteDatabase, OpenFile.CannotOpen> =>
  Layer.effect(SqliteDatabase, make(location))

const make = Effect.fnUntraced(function*(
  location: OpenFile.Location
): Effect.fn.Return<SqliteDatabase["Service"], OpenFile.CannotOpen, Scope.Scope> {
  const opened = yield* Effect.acquireRelease(OpenFile.open(location), (open) => Effect.sync(open.close))
  const ownership = location === "memory" || location.lockLost === undefined
    ? undefined
    : FolderOwnership.make(OpenFile.pathIn(location.folder), location.lockLost)
  const connection = DamageGuard.guard(opened, ownership?.lost)
  const upkeep = location !== "memory" && ownership !== undefined
    ? yield* FileUpkeep.make(connection, location.folder)
    : undefined
  if (ownership !== undefined) {
    yield* Effect.forkScoped(
      Effect.repeat(Effect.sync(ownership.look), Schedule.spaced(FolderOwnership.LOOK_MILLIS))
    )
  }
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
        for (const [n, { committed }] of steps.entries()) if (Exit.isSuccess(answers[n]!)) committed?.()
        fileTrouble.note(answers)
        upkeep?.committed()
        if (touched.size > 0) signals.wake(touched)
        return answers
      })
  })
  if (location !== "memory") yield* Effect.forkScoped(ExternalChanges.watch(connection, signals))

  const offer = <A, E>(durable: boolean, job: Write.Job<A, E>, completion: Written<A, E>): void => {
    const { result, step } = Write.toStep(durable, job, touch)
    line.offer(
      step,
      Completion.mapInput(
        completion,
        (exit) => Exit.isFailure(exit) ? Exit.failCause(Cause.map(exit.cause, unavailableWhereFull)) : toExit(result())
      )
    )
  }
  const write = (durable: boolean) => <A, E>(job: Write.Job<A, E>): Effect.Effect<A, E | GroupCommit.WriteError> =>
    Completion.wait((completion) => offer(durable, job, completion))

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
    offer: (job, completion) => offer(true, job, completion),
    signals,
    recent: RecentRecords.make()
  }
})

const toExit = <A, E>(result: Result.Result<A, E>): Exit.Exit<A, E> =>
  Result.isSuccess(result) ? Exit.succeed(result.success) : Exit.fail(result.failure)

const unavailableWhereFull = (error: GroupCommit.WriteError | BatchLine.LineFull): GroupCommit.WriteError =>
  error._tag === "LineFull"
    ? new GroupCommit.SqliteUnavailable({ detail: `${error.capacity} writes wait already`, overloaded: true })
    : error

/** The error of the store's ports, which have a single one for a store that is away. */
export const storeUnavailable = ({ detail }: GroupCommit.WriteError): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(new StoreUnavailable({ detail }))

/** Whether the file takes writes now. */
export const isUp = (database: SqliteDatabase["Service"]): Effect.Effect<boolean> =>
  Effect.map(database.trouble, (why) => why === undefined)
