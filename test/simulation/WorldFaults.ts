/** What happens to a world, by the seed, and heals by itself. */
import { Effect, Random } from "effect"
import * as Operator from "./Operator.ts"
import * as Process from "./Process.ts"
import * as World from "./World.ts"

/** The longest that a process is frozen: longer than the group waits for it. */
const MAX_FROZEN_MILLIS = 20_000
const MAX_WRITES_LOST = 40
/** The longest that the store takes no writes. */
const MAX_READ_ONLY_MILLIS = 10_000

/** The longest that the provider gives no money back. */
const MAX_REFUSED_MILLIS = 20_000

/** The longest that the log has another number of partitions. */
const MAX_RENUMBERED_MILLIS = 15_000

const anyOf = (world: World.World) => Random.choice([...world.running])

/** It goes on when it thaws, while other things happen. */
const freeze = Effect.fnUntraced(function*(process: Process.Process, world: World.World) {
  yield* world.trace.note(`freeze ${process.name}`)
  yield* Process.freeze(process)
  yield* Effect.sleep(yield* Random.nextIntBetween(500, MAX_FROZEN_MILLIS)).pipe(
    Effect.andThen(world.trace.note(`thaw ${process.name}`)),
    Effect.andThen(Process.thaw(process)),
    Effect.forkDetach
  )
})

/** The longest that the events are away: longer than a hand over may take. */
const MAX_EVENTS_AWAY_MILLIS = 20_000
/** How long an older build works at the most: longer than a partition takes to come to it from one that was killed. */
const MAX_OLDER_MILLIS = 30_000

/** An older build works in the place of one or of all, and is replaced in turn: asked to stop, or killed. */
const beOlder = Effect.fnUntraced(function*(victim: World.Running, world: World.World) {
  const replaced = (yield* Random.nextBoolean) ? [...world.running] : [victim]
  const end = (yield* Random.nextBoolean) ? world.stop : world.kill
  const olds = yield* Effect.forEach(replaced, (it) => Effect.andThen(end(it), world.startOlder))
  yield* Effect.sleep(yield* Random.nextIntBetween(1_000, MAX_OLDER_MILLIS))
  yield* Effect.forEach(olds, (it) => Effect.andThen(end(it), world.start), { discard: true })
})

/** Of a processor, or of a gateway. */
const stepClock = Effect.fnUntraced(function*({ process }: World.Running, world: World.World) {
  yield* (yield* Random.nextBoolean)
    ? world.stepClock(process)
    : Effect.flatMap(Random.choice(world.gateways), (gateway) => World.stepGateway(gateway.process))
})

/** Half of the blows are to the processors. */
export const any = Effect.fnUntraced(function*(world: World.World) {
  const victim = yield* anyOf(world)
  switch (yield* Random.nextIntBetween(0, 20)) {
    case 0:
    case 1:
      return yield* Effect.andThen(world.kill(victim), world.start)
    case 2:
      return yield* Effect.andThen(world.stop(victim), world.start)
    case 3:
    case 4:
      return world.isBetweenLogs()
        ? undefined
        : yield* freeze(
          (yield* Random.nextBoolean) ? victim.process : (yield* Random.choice(world.gateways)).process,
          world
        )
    case 5:
      return yield* world.log.rebalance
    case 6:
    case 7:
      return yield* world.store.loseWrites(yield* Random.nextIntBetween(1, MAX_WRITES_LOST))
    case 8:
      // With the store goes all that is known of a log that was cut: nothing covers both at once.
      return world.isBetweenLogs() ? undefined : yield* world.store.flush
    case 9:
      return yield* Operator.typeByHand(world)
    case 10:
      return yield* world.store.failOver(
        yield* Random.nextIntBetween(100, MAX_READ_ONLY_MILLIS),
        yield* Random.nextIntBetween(0, MAX_WRITES_LOST)
      )
    case 11:
      yield* world.log.renumber(yield* Random.nextIntBetween(100, MAX_RENUMBERED_MILLIS))
      return yield* Effect.andThen(world.kill(victim), world.start)
    case 12:
      return yield* stepClock(victim, world)
    case 13:
      return yield* world.store.fill(yield* Random.nextIntBetween(100, MAX_READ_ONLY_MILLIS))
    case 14:
      return yield* world.provider.refuseVoids(yield* Random.nextIntBetween(100, MAX_REFUSED_MILLIS))
    case 15:
      return yield* stepClock(victim, world)
    case 16:
      return yield* world.events.leave(yield* Random.nextIntBetween(100, MAX_EVENTS_AWAY_MILLIS))
    case 17:
      return yield* beOlder(victim, world)
    case 18:
      return yield* Effect.andThen(world.log.forget, Effect.andThen(world.kill(victim), world.start))
    default:
      return yield* Operator.changeSale(world)
  }
}, Effect.orDie)
