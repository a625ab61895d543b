/** Consuming the embedded log: one consumer owns all partitions. */
import { LogDamaged, LogUnavailable, type OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Duration, Effect, Fiber, Option, Result, Schema, type Scope } from "effect"
import { type Connection, integer } from "./database/Connection.ts"
import type { WriteError } from "./database/GroupCommit.ts"
import * as LogChain from "./database/LogChain.ts"
import * as LoggedRow from "./database/LoggedRow.ts"
import type { SqliteDatabase } from "./database/SqliteDatabase.ts"

/** How long workers that are asked to return may take, before they are interrupted. */
export const REVOKE_TIMEOUT = Duration.seconds(10)

/** Headers as they are kept. */
export const Headers = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
const decodeHeaders = Schema.decodeOption(Headers)
/** Of a record whose headers were accepted though they are none: it is folded as one that makes no sense. */
const unreadable = Option.getOrThrow(decodeHeaders(LoggedRow.UNREADABLE_HEADERS))

/** The topic of `Signals` that wakes the fibers that wait for records of a partition. */
export const topic = (partition: number): string => `log/${partition}`

type Database = SqliteDatabase["Service"]
type Worker = (owned: OwnedPartition) => Effect.Effect<void>

/** Runs the workers until the scope closes: then asks them to return, and interrupts those that do not. */
export const consume = Effect.fnUntraced(function*(
  database: Database,
  partitions: ReadonlyArray<number>,
  worker: Worker
): Effect.fn.Return<never, never, Scope.Scope> {
  const ownership: Ownership = { database, revoked: yield* Deferred.make<void>(), isOver: false }
  const fibers = yield* Effect.acquireRelease(
    Effect.forEach(partitions, (partition) => Effect.forkDetach(worker(own(ownership, PartitionId.make(partition))))),
    (workers) => revoke(ownership, workers)
  )
  // A worker's defect ends the process, rather than one partition silently.
  yield* Effect.forEach(fibers, Fiber.join, { concurrency: "unbounded", discard: true })
  return yield* Effect.never
})

/** The time during which the partitions are owned. */
interface Ownership {
  readonly database: Database
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
  const { database, revoked } = ownership
  let next = 0
  const guarded = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | PartitionLost> =>
    Effect.suspend((): Effect.Effect<A, E | PartitionLost> =>
      ownership.isOver ? Effect.fail(new PartitionLost({ partition })) : effect
    )

  const takeNow = (max: number) =>
    guarded(Effect.flatMap(
      database.read((connection) => recordsFrom(connection, partition, next, max)),
      ({ damage, records }) => {
        const last = records.at(-1)
        if (last === undefined) return damage === undefined ? Effect.succeedNone : Effect.fail(damage)
        next = last.offset + 1
        return Effect.succeed(Option.some(records))
      }
    ))

  return {
    partition,
    committed: guarded(Effect.catch(database.read((connection) => committed(connection, partition)), unavailable)),
    bounds: guarded(Effect.catch(database.read((connection) => bounds(connection, partition)), unavailable)),
    seek: (offset) => guarded(Effect.sync(() => void (next = offset))),
    take: (max) =>
      Effect.catchTag(
        database.signals.until(topic(partition), takeNow(max)),
        "SqliteUnavailable",
        unavailable
      ),
    commit: (offset) =>
      guarded(Effect.catch(
        database.writeSoon((connection) => {
          connection.run("INSERT OR REPLACE INTO commits(partition, next) VALUES (?, ?)", partition, offset)
          return Result.void
        }),
        unavailable
      )),
    revoked: Deferred.await(revoked)
  }
}

const unavailable = ({ detail }: WriteError): Effect.Effect<never, LogUnavailable> =>
  Effect.fail(new LogUnavailable({ detail }))

export const committed = (connection: Connection, partition: number): Offset | undefined => {
  const row = connection.get("SELECT next FROM commits WHERE partition = ?", partition)
  return row === undefined ? undefined : Offset.make(integer(row, "next"))
}

export const bounds = (connection: Connection, partition: number) => {
  const first = connection.get("SELECT offset FROM log WHERE partition = ? ORDER BY offset LIMIT 1", partition)
  const last = connection.get("SELECT offset FROM log WHERE partition = ? ORDER BY offset DESC LIMIT 1", partition)
  return {
    start: Offset.make(first === undefined ? 0 : integer(first, "offset")),
    end: Offset.make(last === undefined ? 0 : integer(last, "offset") + 1)
  }
}

/** At most `max` records from this offset on, in the log's order, before the first damaged one; and its damage. */
export const recordsFrom = (connection: Connection, partition: PartitionId, offset: number, max: number) => {
  const { broken, rows } = LogChain.read(connection, partition, offset, max)
  return { records: rows.map((row) => toRecord(partition, row)), damage: damageAt(partition, broken) }
}

/** Records as they are now. */
export const recordsAsIs = (connection: Connection, partition: PartitionId, offset: number, max: number) => ({
  records: LogChain.readAsIs(connection, partition, offset, max).map((row) => toRecord(partition, row)),
  damage: undefined
})

export const damageAt = (partition: PartitionId, broken: LogChain.Break | undefined): LogDamaged | undefined =>
  broken === undefined
    ? undefined
    : new LogDamaged({ partition, offset: Offset.make(broken.offset), found: broken.found })

const toRecord = (partition: PartitionId, row: LoggedRow.LoggedRow): LogRecord => ({
  partition,
  offset: Offset.make(row.offset),
  timestamp: row.timestamp,
  key: row.key,
  value: row.value,
  headers: Option.getOrElse(decodeHeaders(row.headers), () => unreadable)
})
