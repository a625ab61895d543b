/** Partitions that are refused because their log is not the one that was folded: what may happen to them meanwhile. */
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Operator from "./Operator.ts"
import { partitions } from "./SimulatedLog.ts"
import type * as World from "./World.ts"

/** Seconds until a partition must be refused, and how long it is watched then. */
const REFUSED_WITHIN = 90
const WATCHED = "5 seconds"
/** A partition may be handed over just then: its next owner folds what is before the damage, and refuses it as well. */
const HANDED_OVER_WITHIN = "3 seconds"
/** How often it is checked whether what was accepted is folded, and how often at the most. */
const CHECK_EVERY = "10 millis"
const MAX_CHECKS = 12_000
/** Nothing is on its way any more after so long. */
const QUIET_AFTER = "30 seconds"

export type Problems = ReadonlyArray<string>

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
  yield* Effect.sleep(HANDED_OVER_WITHIN)
  const before = snapshot(world, partition)
  yield* Effect.sleep(WATCHED)
  const after = snapshot(world, partition)
  return before === after ? [] : [`a refused partition was worked on: ${before}, then ${after}`]
})

/** The processors are dead while it happens, and it is watched what they do when they come back. */
export const cold = Effect.fnUntraced(function*(
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
export const killedOnceAccepted = Effect.fnUntraced(function*(world: World.World, partition: PartitionId) {
  const isFolded = () => world.store.mark(partition) !== undefined && !world.isBetweenLogs()
  for (let checks = 0; checks < MAX_CHECKS && !isFolded(); checks++) yield* Effect.sleep(CHECK_EVERY)
  const victims = [...world.running]
  yield* Effect.forEach(victims, (victim) => Effect.andThen(world.kill(victim), world.start), { discard: true })
})
