/** Buyers and operators: everything that comes from outside. They try again until their record is in the log. */
import { Command, CommandId } from "@flash-sale/domain/Command"
import { DeadLetters } from "@flash-sale/domain/DeadLetters"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/Ids"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { PartitionId } from "@flash-sale/domain/Partition"
import { Clock, Effect, Random, Schedule } from "effect"
import { PARTITIONS } from "./SimulatedLog.ts"
import type { World } from "./World.ts"

export const items = ["101", "102", "103"].map((text) => ItemId.make(text))
const ORDERS = 60
/** Orders that come under an id that came before. */
const REPEATED = 5
const STOCK = 25
const USERS = 7
const STRANGE = 8

const persistently = (world: World, record: LogRecord.NewRecord) =>
  Effect.retry(world.log.append(record), { schedule: Schedule.spaced("10 millis") })

const requestOf = (n: number, itemId: ItemId): RequestId => RequestId.make(`r-${n % (ORDERS - REPEATED)}-${itemId}`)

/** Puts the stock in. */
export const stock = (world: World) =>
  Effect.forEach(items, (itemId) => {
    const adjustment = { command: CommandId.make("stock"), delta: STOCK }
    return persistently(world, LogRecord.encode(itemId, Command.Adjust({ adjustment })))
  }, { discard: true })

/** Orders, some of them repeated, and now and then one that is cancelled. */
export const buyers = (world: World) =>
  Effect.forEach(Array.from({ length: ORDERS }, (_, n) => n), (n) =>
    Effect.gen(function*() {
      const itemId = items[n % items.length]!
      const requestId = requestOf(n, itemId)
      const order = { requestId, userId: UserId.make(`u-${n % USERS}`), itemId, amount: 1 + (n % 3) }
      const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
      const correlationId = CorrelationId.make(`c-${n}`)
      yield* persistently(
        world,
        LogRecord.encode(itemId, Command.Place({ order, attempt: 1, acceptedAt, correlationId }))
      )
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 400))
      if (n % 11 === 0) yield* persistently(world, LogRecord.encode(itemId, Command.Cancel({ requestId, attempt: 1 })))
    }), { discard: true })

/** Somebody else's producer: an order in a partition that is not its item's home, or something that is no order. */
export const strangers = (world: World) =>
  Effect.forEach(Array.from({ length: STRANGE }, (_, n) => n), (n) =>
    Effect.gen(function*() {
      const itemId = yield* Random.choice(items)
      const partition = PartitionId.make(yield* Random.nextIntBetween(0, PARTITIONS - 1))
      const order = JSON.stringify({ request_id: `s-${n}-${itemId}`, user_id: "stranger", item_id: itemId, amount: 1 })
      const record = yield* Random.choice([
        { key: itemId, value: order, headers: {} },
        { key: itemId, value: "no order", headers: {} },
        { key: undefined, value: order, headers: {} }
      ])
      yield* Effect.retry(world.log.produce(partition, record), { schedule: Schedule.spaced("10 millis") })
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 4_000))
    }), { discard: true })

/** Changes a sale's settings: a cap for each user, a pause, a price. */
export const changeSale = (world: World) =>
  Effect.gen(function*() {
    const itemId = yield* Random.choice(items)
    const patch = yield* Random.choice([
      { perUserLimit: 6 },
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

/** Replays a dead letter: appends the next attempt, then marks it. Killed in between, somebody does it again. */
export const replay = (world: World) =>
  Effect.gen(function*() {
    const letter = world.letters.open()[0]
    if (letter?.requestId === undefined || letter.key === undefined) return
    const itemId = ItemId.make(letter.key)
    const command = LogRecord.decode(itemId, {
      ...letter,
      key: letter.key,
      timestamp: 0,
      headers: { request_id: letter.requestId, correlation_id: letter.correlationId, attempt: String(letter.attempt) }
    })
    if (!Command.$is("Place")(command)) return
    const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
    const next = LogRecord.encode(itemId, Command.Place({ ...command, attempt: letter.attempt + 1, acceptedAt }))
    for (let time = yield* Random.nextIntBetween(1, 3); time > 0; time--) yield* persistently(world, next)
    const { offset, partition } = letter
    const mark = Effect.flatMap(DeadLetters, (letters) =>
      letters.mark({ partition, offset, action: "replayed", by: "operator", why: "", timestamp: "" }))
    yield* Effect.provide(mark, world.letters.layer)
  }).pipe(Effect.orDie)
