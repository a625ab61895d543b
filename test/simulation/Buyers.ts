/** Buyers, and other producers on the topic. They try again until their record is in the log. */
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, type ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Clock, Effect, Random, Schedule, Struct } from "effect"
import * as Chance from "./Chance.ts"
import * as Door from "./Door.ts"
import { items, persistently } from "./Operator.ts"
import { PARTITIONS, type Produced } from "./SimulatedLog.ts"
import type { World } from "./World.ts"

const ORDERS = 66
/** Orders that come under an id that came before. */
const REPEATED = 8
/** Of so many orders one is cancelled. */
const CANCELLED_OF = 6
/** How many orders come before the door knows, and are left to the fold, 0 to 1. */
const PAST_THE_DOOR = 0.5
const USERS = 7
/** Orders under the ids of others. */
const REUSED = 12
const MAX_REUSE_PAUSE_MILLIS = 5_000
const STRANGE = 8
/** The longest pause between two orders: together they take about as long as the blows. */
const MAX_PAUSE_MILLIS = 1_000
const MAX_STRANGE_PAUSE_MILLIS = 6_000
/** How long a buyer may think before he cancels. */
const MAX_SECOND_THOUGHT_MILLIS = 6_000

const requestOf = (n: number, itemId: ItemId): RequestId => RequestId.make(`r-${n % (ORDERS - REPEATED)}-${itemId}`)

/** The id of some order of the item, in clear text. */
export const anyRequestOf = (n: number, itemId: ItemId): RequestId => requestOf(n, itemId)

/** Orders, some of them repeated, and now and then one that is cancelled. */
export const buyers = (world: World) =>
  Effect.forEach(Array.from({ length: ORDERS }, (_, n) => n), (n) =>
    Effect.gen(function*() {
      const itemId = items[n % items.length]!
      const requestId = requestOf(n, itemId)
      const order = { requestId, userId: UserId.make(`u-${n % USERS}`), itemId, amount: 1 + (n % 3) }
      const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
      const isLetIn = (yield* Chance.happens(PAST_THE_DOOR)) || (yield* Door.letsIn(world, order, acceptedAt))
      if (isLetIn) {
        const correlationId = CorrelationId.make(`c-${n}`)
        yield* persistently(
          world,
          LogRecord.encode(itemId, Command.Place({ order, attempt: 1, acceptedAt, correlationId }))
        )
      }
      if (n % CANCELLED_OF === 0) yield* Effect.forkChild(cancel(world, itemId, requestId))
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_PAUSE_MILLIS))
    }), { discard: true })

/**
 * Buyers who use the request id of somebody else's order, whose status has expired: the gateway knows nothing of it,
 * claims the id, and answers 202.
 */
export const reusers = (world: World) =>
  Effect.forEach(Array.from({ length: REUSED }, (_, n) => n), (n) =>
    Effect.gen(function*() {
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_REUSE_PAUSE_MILLIS))
      const used = yield* Random.nextIntBetween(0, ORDERS - 1)
      const itemId = items[used % items.length]!
      const order = { requestId: requestOf(used, itemId), userId: UserId.make(`x-${n}`), itemId, amount: 1 + (n % 3) }
      const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
      const correlationId = CorrelationId.make(`x-${n}`)
      yield* world.store.claimExpired({
        ...Struct.omit(order, ["userId"]),
        status: "PENDING",
        attempt: 1,
        correlationId,
        updatedAt: "",
        fingerprint: fingerprint(order)
      })
      yield* persistently(
        world,
        LogRecord.encode(itemId, Command.Place({ order, attempt: 1, acceptedAt, correlationId }))
      )
    }), { discard: true })

/** By hand. Also of an attempt that is over by then, or does not begin before. */
const cancel = Effect.fnUntraced(function*(world: World, itemId: ItemId, requestId: RequestId) {
  yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_SECOND_THOUGHT_MILLIS))
  const attempt = yield* Random.nextIntBetween(1, 2)
  const record = LogRecord.encode(itemId, Command.Cancel({ requestId, attempt }))
  yield* persistently(world, OperatorRecord.by({ by: "operator" }, record))
})

const produced = (world: World, partition: PartitionId, record: Produced) =>
  Effect.asVoid(Effect.orDie(
    Effect.retry(world.log.produce(partition, record), { schedule: Schedule.spaced("10 millis") })
  ))

/** A record that is no order, and that needs a person. */
export const rubbish = (world: World, partition: PartitionId) =>
  produced(world, partition, { key: undefined, value: "no order", headers: {} })

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
      yield* produced(world, partition, record)
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_STRANGE_PAUSE_MILLIS))
    }), { discard: true })
