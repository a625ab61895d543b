/**
 * A log that lost its end, its beginning, a record between, or everything. That does not heal by itself: an operator
 * has to decide.
 */
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Random } from "effect"
import * as Buyers from "./Buyers.ts"
import * as Operator from "./Operator.ts"
import * as RefusedLogs from "./RefusedLogs.ts"
import { partitions } from "./SimulatedLog.ts"
import type * as World from "./World.ts"

/** The most records that are cut beyond what is needed for the store to be ahead. */
const MAX_CUT = 30
/** So few that new ones soon stand in their place. */
const FEW = 2
/**
 * The broker is restored, and perhaps forgets its members: then all workers begin again, else they live on. Often what
 * the group has committed is lost as well, though that lags behind what is folded by as much as there are payments
 * under way. The first record that takes the offset of a lost one is one that an operator has to decide on.
 */
const cut = Effect.fnUntraced(function*(world: World.World, partition: PartitionId, seen: number, isCold: boolean) {
  const { start } = world.log.bounds(partition)
  const committed = world.log.committed[partition] ?? start
  const last = committed > start && (yield* Random.nextBoolean) ? Math.min(seen, committed - 1) : seen
  const most = (yield* Random.nextBoolean) ? MAX_CUT : FEW
  const end = yield* Random.nextIntBetween(Math.max(start, last - most), last)
  // A store without a mark does not know which log it has folded: nothing covers that.
  const lose = Effect.andThen(world.log.cut(partition, end), Effect.sync(world.store.keep))
  const grow = Buyers.rubbish(world, partition)
  const rejoin = (yield* Random.nextBoolean) ? world.log.disband : Effect.void
  const problems = isCold
    ? yield* RefusedLogs.cold(world, partition, Effect.andThen(lose, grow))
    : yield* Effect.as(lose.pipe(Effect.andThen(rejoin), Effect.andThen(grow)), [])
  yield* Effect.forkDetach(RefusedLogs.killedOnceAccepted(world, partition))
  return problems
})

/** The log kept only what the group had not committed when the store is emptied. */
const trim = Effect.fnUntraced(function*(world: World.World, partition: PartitionId, start: number, isCold: boolean) {
  const lose = Effect.andThen(world.log.trim(partition, start), world.store.flush)
  const problems = isCold ? yield* RefusedLogs.cold(world, partition, lose) : yield* Effect.as(lose, [])
  // What is on the shelves is counted, as no record says it any more.
  yield* Operator.stock(world)
  return problems
})

/**
 * A record between others is gone. The store may be the only right copy then, and it is not noticed before the log is
 * folded there: the store is emptied as well, or the workers begin anew and have not folded and published it.
 */
const hole = Effect.fnUntraced(function*(world: World.World, partition: PartitionId, isCold: boolean) {
  const lose = Effect.gen(function*() {
    const { end, start } = world.log.bounds(partition)
    const from = Math.min(world.store.mark(partition)?.checkpoint ?? start, world.log.committed[partition] ?? start)
    const isAhead = isCold && from < end && (yield* Random.nextBoolean)
    yield* world.log.hole(partition, yield* Random.nextIntBetween(isAhead ? from : start, end - 1))
    if (!isAhead) yield* world.store.flush
  })
  const problems = isCold ? yield* RefusedLogs.cold(world, partition, lose) : yield* Effect.as(lose, [])
  // What is on the shelves is counted, as the record that is gone may have said it.
  yield* Operator.stock(world)
  return problems
})

/** The topic is deleted, with all that the group has committed, and is there again. */
const remake = Effect.fnUntraced(function*(world: World.World, partition: PartitionId, isCold: boolean) {
  const lose = Effect.andThen(world.log.remake, Effect.sync(world.store.keep))
  const rejoin = (yield* Random.nextBoolean) ? world.log.disband : Effect.void
  const grow = (yield* Random.nextBoolean) ? Buyers.rubbish(world, partition) : Effect.void
  const problems = isCold
    ? yield* RefusedLogs.cold(world, partition, Effect.andThen(lose, grow))
    : yield* Effect.as(lose.pipe(Effect.andThen(rejoin), Effect.andThen(grow)), [])
  yield* Operator.stock(world)
  return problems
})

/** One of these befalls a partition, or all, where it is folded far enough for it. Answers with what went wrong. */
export const any: (world: World.World) => Effect.Effect<RefusedLogs.Problems> = Effect.fnUntraced(
  function*(world: World.World) {
    const partition = yield* Random.choice(partitions)
    // A worker that sleeps does not notice whether the log grows beyond what it took: nothing covers that.
    const isAsleep = [...world.running].some(({ process }) => process.frozen)
    const isCold = isAsleep || (yield* Random.nextBoolean)
    const mark = world.store.mark(partition)
    if (mark?.checkpoint === undefined) return []
    switch (yield* Random.nextIntBetween(0, 5)) {
      case 0:
      case 1:
        return mark.seen === undefined ? [] : yield* cut(world, partition, mark.seen.offset, isCold)
      case 2:
      case 3: {
        const start = Math.min(mark.checkpoint, world.log.committed[partition] ?? 0)
        return start <= world.log.bounds(partition).start ? [] : yield* trim(world, partition, start, isCold)
      }
      case 4:
        return mark.seen === undefined ? [] : yield* hole(world, partition, isCold)
      default:
        // A store that has folded nothing of a partition does not know that there was another log.
        return partitions.every((one) => world.store.mark(one)?.seen !== undefined)
          ? yield* remake(world, partition, isCold)
          : []
    }
  },
  Effect.orDie
)
