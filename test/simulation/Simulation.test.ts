/**
 * The whole processor in virtual time, over a world that loses, delays and forgets, while it is crashed and started
 * again. `SEED=n npx vitest run test/simulation` runs one history; `FULL=1` runs many.
 */
import { assert, describe, it } from "@effect/vitest"
import { Command, CommandId } from "@flash-sale/domain/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/Ids"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Clock, Effect, Fiber, Layer, Random, Schedule } from "effect"
import { TestClock } from "effect/testing"
import * as Checkers from "./Checkers.ts"
import * as World from "./World.ts"

const items = ["101", "102", "103"].map((text) => ItemId.make(text))
const ORDERS = 60
const STOCK = 25
const CRASHES = 4

const faults: World.Faults = {
  appendLost: 0.05,
  appendUnanswered: 0.05,
  storeAway: 0.02,
  storeReplyLost: 0.02,
  paymentUnanswered: 0.6,
  paymentDeclined: 0.1
}

const place = (n: number, acceptedAt: number): LogRecord.NewRecord => {
  const itemId = items[n % items.length]!
  return LogRecord.encode(
    itemId,
    Command.Place({
      order: {
        requestId: RequestId.make(`r-${n % (ORDERS - 5)}-${itemId}`),
        userId: UserId.make(`u-${n % 7}`),
        itemId,
        amount: 1 + (n % 3)
      },
      attempt: 1,
      acceptedAt,
      correlationId: CorrelationId.make(`c-${n}`)
    })
  )
}

const persistently = (world: World.World, record: LogRecord.NewRecord) =>
  Effect.retry(world.append(record), { schedule: Schedule.spaced("10 millis") })

/** Lives through crashes at random moments, then runs undisturbed until nothing is left to do. */
const history = (seed: number) =>
  Effect.gen(function*() {
    const world = yield* World.make(faults)
    // Detached: a killed process never finishes its finalizers, and nobody may wait for it.
    const start = (process: { killed: boolean }) =>
      Effect.forkDetach(
        Layer.launch(Processor.layer.pipe(Layer.provide(ProcessorState.layer), Layer.provide(world.layer))).pipe(
          Effect.provideService(World.Process, process)
        )
      )
    for (const itemId of items) {
      const adjustment = { command: CommandId.make("stock"), delta: STOCK }
      yield* Effect.forkChild(persistently(world, LogRecord.encode(itemId, Command.Adjust({ adjustment }))))
    }
    const buyers = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: ORDERS }, (_, n) => n), (n) =>
        Effect.gen(function*() {
          yield* persistently(world, place(n, yield* Clock.currentTimeMillis))
          if (n % 11 === 0) {
            const itemId = items[n % items.length]!
            const requestId = RequestId.make(`r-${n % (ORDERS - 5)}-${itemId}`)
            yield* persistently(world, LogRecord.encode(itemId, Command.Cancel({ requestId, attempt: 1 })))
          }
        }), { discard: true })
    )
    for (let crash = 0; crash < CRASHES; crash++) {
      const process = { killed: false }
      const running = yield* start(process)
      yield* TestClock.adjust(yield* Random.nextIntBetween(50, 2_000))
      // Half of them are killed where they stand; the others are asked to stop, and hand over.
      process.killed = yield* Random.nextBoolean
      yield* Effect.forkDetach(Fiber.interrupt(running))
      yield* TestClock.adjust("20 seconds")
      const loss = yield* Random.nextIntBetween(0, 4)
      if (loss === 1) yield* world.loseWrites(yield* Random.nextIntBetween(1, 30))
      if (loss === 2) yield* world.flush
    }
    const running = yield* start({ killed: false })
    yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(buyers)
    const problems = [...Checkers.commits(world), ...items.flatMap((itemId) => Checkers.all(world, itemId))]
    yield* Effect.forkDetach(Fiber.interrupt(running))
    yield* TestClock.adjust("20 seconds")
    assert.deepStrictEqual(problems, [], `replay with SEED=${seed}`)
  }).pipe(Random.withSeed(seed))

describe("Simulation", () => {
  const one = process.env["SEED"]
  const count = process.env["FULL"] === undefined ? 50 : 2_000
  const seeds = one === undefined ? Array.from({ length: count }, (_, seed) => seed + 1) : [Number(one)]
  it.effect.each(seeds)("seed %i", (seed) => history(seed), { timeout: 60_000 })
})
