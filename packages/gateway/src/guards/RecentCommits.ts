/**
 * How far the commit of each partition was a moment ago: every order before it is final, and its status is kept for
 * longer than that moment. So whoever knows all orders before it, and the statuses of now, knows every order.
 *
 * **Details**: a gateway that has just started judges by its first reading, which is as right, and which a reader of
 * the log takes a moment to reach.
 */
import * as Archive from "@flash-sale/domain/ports/Archive"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Kept from "@flash-sale/infra/time/Kept"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer, Schedule } from "effect"
import { PartitionCount } from "./PartitionCount.ts"
import { StoreBreaker } from "./StoreBreaker.ts"

/** How old a reading may be before the next is made. */
const READ_EVERY = "1 second"
/** How long ago a moment is, in milliseconds. */
export const A_MOMENT = 5_000
/** The oldest reading that is of use, in milliseconds: less than any status is kept. */
export const MAX_AGE = 30_000
/** Readings that are kept. */
const MAX_READINGS = 31

export type Commits = ReadonlyMap<PartitionId, number>

export class RecentCommits extends Context.Service<RecentCommits, {
  /** Of every partition; undefined where the commit of one is not known. */
  readonly aMomentAgo: Effect.Effect<Commits | undefined, StoreUnavailable>
}>()("@flash-sale/gateway/guards/RecentCommits") {}

export const layer: Layer.Layer<RecentCommits, never, PartitionCount | StoreBreaker> = Layer.effect(
  RecentCommits,
  Effect.gen(function*() {
    const backlogs = yield* Backlogs
    const storeBreaker = yield* StoreBreaker
    const partitionCount = yield* PartitionCount
    const monotonic = yield* Monotonic.reader
    let readings: ReadonlyArray<{ readonly at: number; readonly commits: Commits }> = []

    const read = yield* Kept.make(
      Effect.gen(function*() {
        const count = yield* partitionCount.partitions
        const at = monotonic()
        const found = yield* storeBreaker.askAside(backlogs.read)
        const commits = new Map<PartitionId, number>()
        for (let index = 0; index < count; index++) {
          const partition = PartitionId.make(index)
          const settled = found.get(partition)?.settled
          if (settled !== undefined) commits.set(partition, settled)
        }
        // What says nothing of a partition says nothing of any order.
        readings = commits.size === count ? [...readings, { at, commits }].slice(-MAX_READINGS) : []
      }),
      READ_EVERY
    )
    // Those who ask find one of a moment ago: a store that is away is asked again. Without an archive nobody asks.
    if ((yield* Archive.optional) !== Archive.none) {
      yield* Effect.forkScoped(Effect.repeat(Effect.ignore(read), Schedule.spaced(READ_EVERY)))
    }
    return {
      aMomentAgo: Effect.map(read, () => {
        const now = monotonic()
        const recent = readings.filter(({ at }) => now - at <= MAX_AGE)
        return (recent.findLast(({ at }) => now - at >= A_MOMENT) ?? recent[0])?.commits
      })
    }
  })
)
