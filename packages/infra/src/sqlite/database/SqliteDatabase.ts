/** The embedded file: all state of an engine that runs without Kafka and Redis. Decision 0004. */
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Cause, Context, Effect, Exit, Layer, Result, Schedule, type Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import * as Completion from "../../actor/Completion.ts"
import * as FolderOwnership from "../folder/FolderOwnership.ts"
import type * as Connection from "./Connection.ts"
import * as DamageGuard from "./DamageGuard.ts"
import * as FileTrouble from "./FileTrouble.ts"
import * as FileUpkeep from "./FileUpkeep.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as OpenFile from "./OpenFile.ts"
import * as Signals from "./Signals.ts"
import type * as Calls from "./writer/Calls.ts"
import * as OpenWriter from "./writer/OpenWriter.ts"
import type { Write } from "./writer/Write.ts"

/** Writes that may wait for a commit. */
export const WRITE_LINE_CAPACITY = 20_000
/** Writes that share one commit. */
export const WRITE_BATCH = 512
export class SqliteDatabase extends Context.Service<SqliteDatabase, {
  /** Reads committed state. Synchronous, so it must be short. */
  readonly read: <A>(read: (connection: Connection.Connection) => A) => Effect.Effect<A, GroupCommit.SqliteUnavailable>
  /** Writes in order, and returns when the write is on the disk. `SqliteUnavailable` also where the queue is full. */
  readonly write: Writing
  /**
   * The same by a callback, which is called once, perhaps at once. The input is asked for when the write's turn has
   * come: all that waits for the same commit may be in it.
   */
  readonly offer: <I, A, E>(write: Write<I, A, E>, input: () => I, completion: Written<A, E>) => void
  /**
   * Writes in order, and returns when a kill -9 cannot undo it. Until the next `write` a power cut can, but then it
   * loses all later writes as well: what is kept is always a prefix of what was written. For state that follows from
   * the log or expires by itself, and so is folded, claimed or published again.
   */
  readonly writeSoon: Writing
  /** Why the file takes no writes now; undefined where it does. */
  readonly trouble: Effect.Effect<string | undefined>
  /** Wakes fibers that wait for a change, also one by another process. */
  readonly signals: Signals.Signals
}>()("@flash-sale/infra/SqliteDatabase") {}

type Writing = <I, A, E>(write: Write<I, A, E>, input: I) => Effect.Effect<A, E | GroupCommit.WriteError>
/** Receives what came of one write. */
type Written<A, E> = Completion.Completion<Exit.Exit<A, E | GroupCommit.WriteError>>

/** Opens the file and brings its tables up to date. When the scope closes, waiting writes are still made. */
export const layer = (location: OpenWriter.Location): Layer.Layer<SqliteDatabase, OpenFile.CannotOpen> =>
  Layer.effect(SqliteDatabase, make(location))

const make = Effect.fnUntraced(function*(
  location: OpenWriter.Location
): Effect.fn.Return<SqliteDatabase["Service"], OpenFile.CannotOpen, Scope.Scope> {
  const opened = yield* Effect.acquireRelease(OpenFile.open(location), (open) => Effect.sync(open.close))
  const ownership = location === "memory" || location.lockLost === undefined
    ? undefined
    : FolderOwnership.make(OpenFile.pathIn(location.folder), location.lockLost)
  const damage = DamageGuard.make(ownership?.lost)
  const connection = DamageGuard.guard(opened, damage)
  const signals = Signals.make()
  const writer = yield* OpenWriter.open(location, connection, damage, signals)
  const upkeep = location !== "memory" && ownership !== undefined
    ? yield* FileUpkeep.make(connection, writer, location.folder)
    : undefined
  if (ownership !== undefined) {
    yield* Effect.forkScoped(
      Effect.repeat(Effect.sync(ownership.look), Schedule.spaced(FolderOwnership.LOOK_MILLIS))
    )
  }
  const fileTrouble = yield* FileTrouble.make
  const line = yield* BatchLine.make<Calls.Call, Result.Result<unknown, unknown>, GroupCommit.WriteError>({
    name: "sqlite",
    capacity: WRITE_LINE_CAPACITY,
    batchSize: WRITE_BATCH,
    inTurn: (step) => Effect.andThen(writer.gather, step),
    handle: (calls) =>
      Effect.map(fileTrouble.around(writer.commit(calls)), ({ outcomes, touched }) => {
        fileTrouble.note(outcomes)
        upkeep?.committed()
        signals.wake(touched)
        return outcomes
      })
  })
  if (location !== "memory") yield* Effect.forkScoped(writer.watch)

  const offer = <I, A, E>(durable: boolean, write: Write<I, A, E>, input: () => I, completion: Written<A, E>): void =>
    line.offer(
      { write, durable, input },
      Completion.mapInput(completion, (exit) =>
        Exit.isFailure(exit)
          ? Exit.failCause(Cause.map(exit.cause, unavailableWhereFull))
          // The write has this result and this failure: see `Calls.Call`.
          : toExit(exit.value as Result.Result<A, E>))
    )
  const writing = (durable: boolean): Writing => (write, input) =>
    Completion.wait((completion) => offer(durable, write, () => input, completion))

  const read = <A>(look: (connection: Connection.Connection) => A) =>
    Effect.tapError(
      GroupCommit.attempt(() => look(connection)),
      ({ detail }) => Effect.sync(() => fileTrouble.noteFailure(detail))
    )
  const probing = Effect.asVoid(
    Effect.mapError(line.ask({ write: FileTrouble.probe, durable: false, input: () => null }), unavailableWhereFull)
  )

  return {
    read,
    // A read of the file comes first: where it fails, that is the trouble.
    trouble: Effect.andThen(
      Effect.ignore(read((opened) => opened.get("SELECT 1 FROM sqlite_schema"))),
      fileTrouble.now(probing)
    ),
    write: writing(true),
    writeSoon: writing(false),
    offer: (write, input, completion) => offer(true, write, input, completion),
    signals
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
