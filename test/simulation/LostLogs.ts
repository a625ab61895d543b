/** A log that lost its end or its beginning. That does not heal by itself: an operator has to decide. */
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Random } from "effect"
import * as Buyers from "./Buyers.ts"
import * as Operator from "./Operator.ts"
import { partitions } from "./SimulatedLog.ts"
import type * as World from "./World.ts"

/** The most records that are cut beyond what is needed for the store to be ahead. */
const MAX_CUT = 30
/** So few that new ones soon stand in their place. */
const FEW = 2
/** Seconds until a partition must be refused, and how long it is watched then. */
const REFUSED_WITHIN = 90
const WATCHED = "5 seconds"
/** How often it is checked whether what was accepted is folded, and how often at the most. */
const CHECK_EVERY = "10 millis"
const MAX_CHECKS = 12_000
/** Nothing is on its way any more after so long. */
const QUIET_AFTER = "30 seconds"

type Problems = ReadonlyArray<string>

/** What must stay as it is while a partition is refused. */
const snapshot = (world: World.World, partition: PartitionId): string => {
  const items = Operator.items.filter((itemId) => home(itemId, partitions.length) === partition)
  return JSON.stringify({
    items: items.map((itemId) => [itemId, world.store.position(itemId), world.store.item(itemId).sold]),
    committed: world.log.committed[partition],
    charges: world.provider.charged.filter(({ key }) => items.some((itemId) => key.startsWith(`${itemId}:`))).length
  })
}

/** The partition is refused; nothing is guessed and no charge is made until an operator accepts the log. */
const refused = Effect.fnUntraced(function*(world: World.World, partition: PartitionId) {
  for (let second = 0; second < REFUSED_WITHIN && !world.refused().has(partition); second++) {
    yield* Effect.sleep("1 second")
  }
  if (!world.refused().has(partition)) return [`partition ${partition} is not refused`]
  const before = snapshot(world, partition)
  yield* Effect.sleep(WATCHED)
  const after = snapshot(world, partition)
  return before === after ? [] : [`a refused partition was worked on: ${before}, then ${after}`]
})

/** The processors are dead while it happens, and it is watched what they do when they come back. */
const cold = Effect.fnUntraced(function*(
  world: World.World,
  partition: PartitionId,
  lose: Effect.Effect<void>
) {
  const count = world.running.size
  world.setOperatorAway(true)
  yield* Effect.forEach([...world.running], world.kill, { discard: true })
  yield* lose
  yield* Effect.sleep(QUIET_AFTER)
  for (let n = 0; n < count; n++) yield* world.start
  const problems = yield* refused(world, partition)
  world.setOperatorAway(false)
  return problems
})

/** Everybody dies as soon as what was accepted is folded and marked, perhaps before anything is committed. */
const killedOnceAccepted = Effect.fnUntraced(function*(world: World.World, partition: PartitionId) {
  const isFolded = () => world.store.mark(partition) !== undefined && !world.isBetweenLogs()
  for (let checks = 0; checks < MAX_CHECKS && !isFolded(); checks++) yield* Effect.sleep(CHECK_EVERY)
  const victims = [...world.running]
  yield* Effect.forEach(victims, (victim) => Effect.andThen(world.kill(victim), world.start), { discard: true })
})

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
    ? yield* cold(world, partition, Effect.andThen(lose, grow))
    : yield* Effect.as(lose.pipe(Effect.andThen(rejoin), Effect.andThen(grow)), [])
  yield* Effect.forkDetach(killedOnceAccepted(world, partition))
  return problems
})

/** The log kept only what the group had not committed when the store is emptied. */
const trim = Effect.fnUntraced(function*(world: World.World, partition: PartitionId, start: number, isCold: boolean) {
  const lose = Effect.andThen(world.log.trim(partition, start), world.store.flush)
  const problems = isCold ? yield* cold(world, partition, lose) : yield* Effect.as(lose, [])
  // What is on the shelves is counted, as no record says it any more.
  yield* Operator.stock(world)
  return problems
})

/** One of these befalls one partition, where it is folded far enough for it. Answers with what went wrong. */
export const any: (world: World.World) => Effect.Effect<Problems> = Effect.fnUntraced(function*(world: World.World) {
  const partition = yield* Random.choice(partitions)
  // A worker that sleeps does not notice whether the log grows beyond what it took: nothing covers that.
  const isAsleep = [...world.running].some(({ process }) => process.frozen)
  const isCold = isAsleep || (yield* Random.nextBoolean)
  const isCut = yield* Random.nextBoolean
  const mark = world.store.mark(partition)
  if (mark?.checkpoint === undefined) return []
  if (isCut) return mark.seen === undefined ? [] : yield* cut(world, partition, mark.seen.offset, isCold)
  const start = Math.min(mark.checkpoint, world.log.committed[partition] ?? 0)
  return start <= world.log.bounds(partition).start ? [] : yield* trim(world, partition, start, isCold)
}, Effect.orDie)
