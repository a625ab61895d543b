/**
 * One history: a world that lives through blows at random moments, then runs undisturbed until nothing is left to do.
 */
import { Effect, type Fiber, Random } from "effect"
import * as Buyers from "./Buyers.ts"
import type * as Chance from "./Chance.ts"
import * as Checkers from "./Checkers.ts"
import * as Refunders from "./checkout/Refunders.ts"
import * as Shoppers from "./checkout/Shoppers.ts"
import * as LostLogs from "./LostLogs.ts"
import * as Operator from "./Operator.ts"
import * as World from "./World.ts"
import * as WorldFaults from "./WorldFaults.ts"

const faults: Chance.Faults = {
  appendLost: 0.05,
  appendUnanswered: 0.05,
  appendLate: 0.1,
  appendTwice: 0.03,
  storeAway: 0.02,
  storeSlow: 0.01,
  storeReplyLost: 0.02,
  paymentLost: 0.1,
  paymentUnanswered: 0.4,
  paymentSlow: 0.4,
  paymentDeclined: 0.1,
  eventsLost: 0.05,
  eventsUnanswered: 0.05,
  eventsLate: 0.05,
  eventsSlow: 0.02
}

/** Processors that run beside each other. */
const PROCESSORS = 2
const BLOWS = 12
/** The longest pause between two blows. */
const MAX_PAUSE_MILLIS = 5_000
/** The share of histories in which the log loses something. */
const LOG_LOST = 0.6
/** How often it is checked whether anything is left to do, and how often at the most. */
const CALM = "3 seconds"
const MAX_CALMS = 400
/** How often it is checked whether all is right, once nothing is left to do. */
const MAX_SETTLED = 15

/** As long as it takes, and no longer: what is not right by then never will be. */
const untilCalm = Effect.fnUntraced(function*(world: World.World, buyers: Fiber.Fiber<void, unknown>) {
  let left: ReadonlyArray<string> = ["buyers are still there"]
  let settled = 0
  for (let waited = 0; waited < MAX_CALMS && settled < MAX_SETTLED && left.length > 0; waited++) {
    yield* Effect.sleep(CALM)
    if (buyers.pollUnsafe() === undefined) continue
    left = Checkers.unfinished(world, Operator.items)
    if (left.length > 0) continue
    settled++
    left = Checkers.atLast(world, Operator.items)
  }
  return left
})

const lived = Effect.fnUntraced(function*(world: World.World) {
  yield* Effect.forkChild(Operator.stock(world))
  const buyers = yield* Effect.forkChild(
    Effect.all([Buyers.buyers(world), Buyers.reusers(world), Buyers.strangers(world), Shoppers.shoppers(world)], {
      concurrency: "unbounded",
      discard: true
    })
  )
  for (let n = 0; n < PROCESSORS; n++) yield* world.start
  yield* Effect.forkChild(Operator.duty(world))
  yield* Effect.forkChild(Refunders.duty(world))
  const logIsLost = (yield* Random.next) < LOG_LOST
  const when = yield* Random.nextIntBetween(2, BLOWS - 1)
  const problems: Array<string> = []
  for (let n = 0; n < BLOWS && problems.length === 0; n++) {
    yield* Effect.sleep(yield* Random.nextIntBetween(50, MAX_PAUSE_MILLIS))
    if (logIsLost && n === when) problems.push(...yield* LostLogs.any(world))
    else yield* WorldFaults.any(world)
    problems.push(...Operator.items.flatMap((itemId) => Checkers.always(world, itemId)))
  }
  // A hold is over by the clock of whoever looks, and nobody waits for hours.
  if (world.areClocksWrong && problems.length === 0) {
    yield* world.mendClocks
    const wrong = [...world.running]
    yield* Effect.forEach(wrong, (it) => Effect.andThen(world.kill(it), world.start), { discard: true })
  }
  yield* world.calm
  problems.push(...yield* untilCalm(world, buyers))
  yield* Effect.forEach([...world.running], world.stop, { discard: true })
  return problems
})

/** What went wrong, and all that happened. */
export const of = (seed: number) =>
  Effect.gen(function*() {
    const world = yield* World.make(faults)
    const problems = yield* lived(world)
    return { problems, trace: world.trace.lines() }
  }).pipe(Random.withSeed(seed))
