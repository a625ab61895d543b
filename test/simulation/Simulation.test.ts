/**
 * Whole processors in virtual time, in a world that loses, delays, doubles and forgets, while they are killed, frozen,
 * stopped and started, and their partitions move. `SEED=n npx vitest run test/simulation` runs one history and shows its
 * trace where it fails; `FULL=1` runs many.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import type * as Chance from "./Chance.ts"
import * as Checkers from "./Checkers.ts"
import * as Operator from "./Operator.ts"
import * as Process from "./Process.ts"
import * as World from "./World.ts"

const faults: Chance.Faults = {
  appendLost: 0.05,
  appendUnanswered: 0.05,
  appendTwice: 0.03,
  storeAway: 0.02,
  storeReplyLost: 0.02,
  paymentUnanswered: 0.5,
  paymentDeclined: 0.1
}

/** Processors that run beside each other. */
const PROCESSORS = 2
const BLOWS = 12
const CALM = "10 seconds"
const MAX_CALMS = 60

/** Something happens to the world, by the seed. Half of the blows are to the processors. */
const blow = Effect.fnUntraced(function*(world: World.World, running: Array<World.Running>) {
  const index = yield* Random.nextIntBetween(0, running.length - 1)
  const victim = running[index]!
  const replace = Effect.map(world.start, (next) => {
    running[index] = next
  })
  switch (yield* Random.nextIntBetween(0, 11)) {
    case 0:
    case 1:
      yield* world.kill(victim)
      return yield* replace
    case 2:
      yield* world.stop(victim)
      return yield* replace
    case 3:
    case 4:
      yield* world.trace.note(`freeze ${victim.process.name}`)
      return yield* Process.freeze(victim.process)
    case 5:
      return yield* world.log.rebalance
    case 6:
      return yield* world.store.loseWrites(yield* Random.nextIntBetween(1, 40))
    case 7:
      return yield* world.store.flush
    case 8:
      return yield* Operator.typeByHand(world)
    case 9:
      return yield* Operator.changeSale(world)
    default:
      return yield* Operator.replay(world)
  }
})

const wrongAtLast = (world: World.World) => [
  ...Checkers.commits(world),
  ...Checkers.rubbish(world),
  ...Operator.items.flatMap((itemId) => Checkers.atLast(world, itemId))
]

const thawAll = (running: ReadonlyArray<World.Running>) =>
  Effect.forEach(running, ({ process }) => Process.thaw(process), { discard: true })

/** Lives through blows at random moments, then runs undisturbed until nothing is left to do. */
const lived = Effect.fnUntraced(function*(world: World.World) {
  yield* Effect.forkChild(Operator.stock(world))
  const buyers = yield* Effect.forkChild(
    Effect.all([Operator.buyers(world), Operator.strangers(world)], { concurrency: 2, discard: true })
  )
  const running: Array<World.Running> = []
  for (let n = 0; n < PROCESSORS; n++) running.push(yield* world.start)
  const problems: Array<string> = []
  for (let n = 0; n < BLOWS && problems.length === 0; n++) {
    yield* TestClock.adjust(yield* Random.nextIntBetween(50, 5_000))
    // A blow waits for the world itself, as an operator does.
    const struck = yield* Effect.forkChild(blow(world, running))
    yield* TestClock.adjust("2 seconds")
    if (yield* Random.nextBoolean) yield* TestClock.adjust("15 seconds")
    if (yield* Random.nextBoolean) yield* thawAll(running)
    yield* TestClock.adjust("1 seconds")
    yield* Fiber.join(struck)
    problems.push(...Operator.items.flatMap((itemId) => Checkers.always(world, itemId)))
  }
  yield* thawAll(running)
  // As long as it takes, and no longer: what is not right by then never will be.
  let left: ReadonlyArray<string> = ["buyers are still there"]
  for (let waited = 0; waited < MAX_CALMS && left.length > 0; waited++) {
    yield* TestClock.adjust(CALM)
    if (buyers.pollUnsafe() !== undefined) left = wrongAtLast(world)
  }
  problems.push(...left)
  yield* Effect.forEach(running, world.stop, { discard: true })
  yield* TestClock.adjust("20 seconds")
  return problems
})

const one = process.env["SEED"]

const history = (seed: number) =>
  Effect.gen(function*() {
    const world = yield* World.make(faults)
    const problems = yield* lived(world)
    const trace = one === undefined ? [] : world.trace.lines()
    assert.deepStrictEqual(problems, [], [`replay with SEED=${seed}`, ...trace].join("\n"))
  }).pipe(Random.withSeed(seed))

describe("Simulation", () => {
  const count = process.env["FULL"] === undefined ? 1_000 : 5_000
  const seeds = one === undefined ? Array.from({ length: count }, (_, seed) => seed + 1) : [Number(one)]
  it.effect.each(seeds)("seed %i", (seed) => history(seed), { timeout: 60_000 })
})
