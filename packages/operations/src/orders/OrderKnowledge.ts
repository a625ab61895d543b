/**
 * Whether everything that was ever ordered is known: then an id that neither store nor archive knows is nobody's. The
 * store must hold the whole fold and take writes, and the archive must have read what is final by now.
 */
import * as Archive from "@flash-sale/domain/ports/Archive"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type LogRefused, type LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Duration, Effect, Option, Schedule } from "effect"

/** How long an archive that is behind is waited for: while orders come it always is, by a moment. */
const WAIT = Duration.seconds(2)
/** How often it is looked at meanwhile. */
const LOOK_EVERY = Duration.millis(100)

/** Up to where each partition is final; undefined where that of one is not known. */
const finalUpTo = Effect.fnUntraced(function*(partitions: ReadonlyArray<PartitionId>) {
  const backlogs = yield* Backlogs
  const found = yield* backlogs.read
  const settled = partitions.flatMap((partition) => found.get(partition)?.settled ?? [])
  return settled.length === partitions.length ? settled : undefined
})

/** Waits, for a while, until the archive has read what is final now. */
const isArchived = Effect.fnUntraced(function*(partitions: ReadonlyArray<PartitionId>) {
  const archive = yield* Archive.optional
  const wanted = yield* finalUpTo(partitions)
  if (wanted === undefined) return false
  const gaps = yield* archive.gaps
  if (partitions.some((partition) => gaps.has(partition))) return false
  const look = Effect.map(
    archive.told,
    (told) => partitions.every((partition, index) => (told.get(partition) ?? 0) >= wanted[index]!)
  )
  const seen = yield* look.pipe(
    Effect.repeat({ schedule: Schedule.spaced(LOOK_EVERY), until: (isThere: boolean) => isThere }),
    Effect.timeoutOption(WAIT)
  )
  return Option.isSome(seen)
})

/** Whether it is all known. What is asked of store and archive after that finds every order that there is. */
export const isWhole: Effect.Effect<
  boolean,
  Archive.ArchiveError | StoreUnavailable | LogUnavailable | LogRefused,
  OrderLog | ItemStore | RecoveryMarks
> = Effect.gen(function*() {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const recoveryMarks = yield* RecoveryMarks
  const partitions = Array.from({ length: yield* log.partitions }, (_, index) => PartitionId.make(index))
  const marks = yield* Effect.forEach(partitions, recoveryMarks.read, { concurrency: "unbounded" })
  if (marks.includes(undefined) || !(yield* store.isUp)) return false
  return yield* isArchived(partitions)
})
