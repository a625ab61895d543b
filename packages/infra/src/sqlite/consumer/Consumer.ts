/** Consuming a table of the embedded file by partitions: one consumer owns all of them. */
import { type LogDamaged, LogUnavailable, type OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { type Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Duration, Effect, Fiber, Option, Result, type Scope } from "effect"
import type { Connection } from "../database/Connection.ts"
import type { WriteError } from "../database/GroupCommit.ts"
import type { SqliteDatabase } from "../database/SqliteDatabase.ts"

/** How long workers that are asked to return may take, before they are interrupted. */
export const REVOKE_TIMEOUT = Duration.seconds(10)

type Database = SqliteDatabase["Service"]
type Worker = (owned: OwnedPartition) => Effect.Effect<void>

/** Records of a partition, before the first damaged one; and its damage. */
export interface Found {
  readonly records: ReadonlyArray<LogRecord>
  readonly damage: LogDamaged | undefined
}

/** The table that is consumed, and where its reader keeps its positions. */
export interface Source {
  /** The topic of `Signals` that wakes the fibers that wait for records of a partition. */
  readonly topic: (partition: PartitionId) => string
  /** At most `max` records from this offset on, in their order. */
  readonly records: (connection: Connection, partition: PartitionId, from: number, max: number) => Found
  readonly bounds: (connection: Connection, partition: PartitionId) => PartitionBounds
  readonly committed: (connection: Connection, partition: PartitionId) => Offset | undefined
  readonly commit: (connection: Connection, partition: PartitionId, next: Offset) => void
}

/** Runs the workers until the scope closes: then asks them to return, and interrupts those that do not. */
export const consume = Effect.fnUntraced(function*(
  database: Database,
  source: Source,
  partitions: number,
  worker: Worker
): Effect.fn.Return<never, never, Scope.Scope> {
  const ownership: Ownership = { database, source, revoked: yield* Deferred.make<void>(), isOver: false }
  const all = Array.from({ length: partitions }, (_, index) => PartitionId.make(index))
  const fibers = yield* Effect.acquireRelease(
    Effect.forEach(all, (partition) => Effect.forkDetach(worker(own(ownership, partition)))),
    (workers) => revoke(ownership, workers)
  )
  // A worker's defect ends the process, rather than one partition silently.
  yield* Effect.forEach(fibers, Fiber.join, { concurrency: "unbounded", discard: true })
  return yield* Effect.never
})

/** The time during which the partitions are owned. */
interface Ownership {
  readonly database: Database
  readonly source: Source
  readonly revoked: Deferred.Deferred<void>
  isOver: boolean
}

const revoke = Effect.fnUntraced(function*(ownership: Ownership, workers: ReadonlyArray<Fiber.Fiber<void>>) {
  yield* Deferred.succeed(ownership.revoked, undefined)
  yield* Effect.timeoutOption(Effect.interruptible(Fiber.awaitAll(workers)), REVOKE_TIMEOUT)
  ownership.isOver = true
  yield* Fiber.interruptAll(workers)
})

const own = (ownership: Ownership, partition: PartitionId): OwnedPartition => {
  const { database, revoked, source } = ownership
  let next = 0
  const guarded = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | PartitionLost> =>
    Effect.suspend((): Effect.Effect<A, E | PartitionLost> =>
      ownership.isOver ? Effect.fail(new PartitionLost({ partition })) : effect
    )

  const takeNow = (max: number) =>
    guarded(Effect.flatMap(
      database.read((connection) => source.records(connection, partition, next, max)),
      ({ damage, records }) => {
        const last = records.at(-1)
        if (last === undefined) return damage === undefined ? Effect.succeedNone : Effect.fail(damage)
        next = last.offset + 1
        return Effect.succeed(Option.some(records))
      }
    ))

  return {
    partition,
    committed: guarded(
      Effect.catch(database.read((connection) => source.committed(connection, partition)), unavailable)
    ),
    bounds: guarded(Effect.catch(database.read((connection) => source.bounds(connection, partition)), unavailable)),
    seek: (offset) => guarded(Effect.sync(() => void (next = offset))),
    take: (max) =>
      Effect.catchTag(
        database.signals.until(source.topic(partition), takeNow(max)),
        "SqliteUnavailable",
        unavailable
      ),
    commit: (offset) =>
      guarded(Effect.catch(
        database.writeSoon((connection) => {
          source.commit(connection, partition, offset)
          return Result.void
        }),
        unavailable
      )),
    revoked: Deferred.await(revoked)
  }
}

const unavailable = ({ detail }: WriteError): Effect.Effect<never, LogUnavailable> =>
  Effect.fail(new LogUnavailable({ detail }))
