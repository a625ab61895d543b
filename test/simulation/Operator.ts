/** What operators do: the stock, the sale, dead letters, and a log that is refused. */
import * as Accept from "@flash-sale/cli/recover/Accept"
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { RecordedOrder } from "@flash-sale/domain/records/Order"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Clock, Console, Effect, Layer, Queue, Random, Schedule, Stdio, Terminal } from "effect"
import { TestConsole } from "effect/testing"
import type { World } from "./World.ts"

export const items = ["101", "102", "103"].map((text) => ItemId.make(text))
const STOCK = 25
/** The longest pause between two reads of the dead letters and of what is refused. */
const MAX_PAUSE_MILLIS = 4_000

export const persistently = (world: World, record: LogRecord.NewRecord) =>
  Effect.retry(world.log.append(record), { schedule: Schedule.spaced("10 millis") })

/** Puts the stock in. */
export const stock = (world: World) =>
  Effect.forEach(items, (itemId) => {
    const adjustment = { command: CommandId.make("stock"), delta: STOCK }
    return persistently(world, LogRecord.encode(itemId, Command.Adjust({ adjustment })))
  }, { discard: true })

/** Changes a sale's settings: a cap for each user, a pause, a price. */
export const changeSale = (world: World) =>
  Effect.gen(function*() {
    const itemId = yield* Random.choice(items)
    const patch = yield* Random.choice([
      { perUserLimit: 6 },
      { perUserLimit: 2 },
      { perUserLimit: null },
      { paused: true },
      { paused: false, price: 1999, currency: "EUR" }
    ])
    yield* persistently(world, LogRecord.encode(itemId, Command.Sale({ patch })))
  }).pipe(Effect.orDie)

/** Types a number into Redis. */
export const typeByHand = (world: World) =>
  Effect.gen(function*() {
    const itemId = yield* Random.choice(items)
    yield* world.store.typeByHand(itemId, yield* Random.nextIntBetween(-8, 12))
  }).pipe(Effect.orDie)

/** What a letter's record and the letter say of its order: a confirmed hold is placed like any other. */
const orderOf = (letter: DeadLetter): RecordedOrder | undefined => {
  const { amount, attempt, correlationId, key = "", requestId = "", userId } = letter
  const itemId = ItemId.make(key)
  const headers = { request_id: requestId, correlation_id: correlationId, attempt: String(attempt) }
  const record = { ...letter, key, timestamp: 0 }
  // The letter keeps the bytes and not the headers.
  const placed = LogRecord.decode(itemId, { ...record, headers })
  if (Command.$is("Place")(placed)) return placed.order
  const confirmed = LogRecord.decode(itemId, { ...record, headers: { ...headers, type: "confirm" } })
  if (!Command.$is("Confirm")(confirmed) || userId === undefined || amount === undefined) return undefined
  const { paymentToken, requestId: confirmedId } = confirmed
  return { requestId: confirmedId, userId, itemId, amount, ...(paymentToken === undefined ? {} : { paymentToken }) }
}

/**
 * Replays a dead letter: appends the next attempt, then marks it. Killed in between, another operator does it again.
 */
export const replay = (world: World) =>
  Effect.gen(function*() {
    const letter = world.letters.open().find(({ error }) => error === "Payment Timeout")
    const order = letter === undefined ? undefined : orderOf(letter)
    if (letter === undefined || order === undefined) return
    const { correlationId } = letter
    const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
    const place = Command.Place({ order, attempt: letter.attempt + 1, acceptedAt, correlationId })
    const next = LogRecord.encode(order.itemId, place)
    for (let time = yield* Random.nextIntBetween(1, 3); time > 0; time--) yield* persistently(world, next)
    const { offset, partition } = letter
    const mark = Effect.flatMap(DeadLetters, (letters) =>
      letters.handle({ partition, offset, action: "replayed", by: "operator", why: "", timestamp: "" }))
    yield* Effect.provide(mark, world.letters.layer)
  }).pipe(Effect.orDie)

/** A terminal that is neither read nor typed at. */
const nobody = Terminal.make({
  columns: Effect.succeed(80),
  rows: Effect.succeed(24),
  size: Effect.flatten(Effect.succeed(Queue.unbounded())),
  readInput: Effect.flatten(Effect.succeed(Queue.unbounded())),
  readLine: Effect.never,
  display: () => Effect.void
})

/**
 * Types `flash-sale recover --accept-log --yes`. What the store answers may be an error; then it is typed again later.
 */
export const accept = (world: World, partition: PartitionId) =>
  Effect.gen(function*() {
    const console = yield* TestConsole.make
    const result = yield* Accept.run({ partition, yes: true }).pipe(
      Effect.provideService(Console.Console, console),
      Effect.provideService(Terminal.Terminal, nobody),
      Effect.provide(Layer.merge(Stdio.layerTest({}), world.ports)),
      Effect.result
    )
    yield* world.trace.note(`recover --accept-log ${result._tag}: ${(yield* console.logLines).join("; ")}`)
  })

/** Looks around now and then, for as long as the world. */
export const duty = (world: World) =>
  Effect.forever(Effect.gen(function*() {
    yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_PAUSE_MILLIS))
    yield* replay(world)
    if (world.isOperatorAway()) return
    for (const partition of world.refused().keys()) yield* accept(world, partition)
  }))
