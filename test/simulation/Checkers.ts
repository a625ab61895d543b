/** What must hold of a world, whatever happened in it. Each checker returns what is wrong, in words. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal, type OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { type HeldOrder, isBalanced, type Item } from "@flash-sale/domain/rules/Item"
import * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { HashMap, Option } from "effect"
import * as CheckoutChecks from "./checkout/CheckoutChecks.ts"
import * as Course from "./checkout/Course.ts"
import * as RefundChecks from "./checkout/RefundChecks.ts"
import * as Door from "./Door.ts"
import * as EventChecks from "./events/EventChecks.ts"
import * as Evidence from "./Evidence.ts"
import { PARTITIONS, partitions } from "./SimulatedLog.ts"
import type { World } from "./World.ts"

type Wrong = ReadonlyArray<string>

/** What was decoded before: a record never changes. */
const decoded = new WeakMap<LogRecord.LogRecord, Command>()

/** The item's records in the log's order, from where the store has folded it, with what they say. */
const recordsOf = (world: World, itemId: ItemId) => {
  const partition = home(itemId, PARTITIONS)
  const { from } = world.store.log(partition)
  return world.log.records[partition]!.filter((record) => record.key === itemId && record.offset >= from)
    .filter(({ offset }) => !world.log.holes.isMissing(partition, offset))
    .map((record) => ({ record, command: commandOf(itemId, record) }))
}

const commandsOf = (world: World, itemId: ItemId) =>
  recordsOf(world, itemId).map(({ command, record }) => ({ offset: record.offset, command }))

/** What the processors can still read. */
const readable = (world: World): ReadonlyArray<LogRecord.LogRecord> =>
  world.log.records.flatMap((records, partition) =>
    records.filter(({ offset }) =>
      offset >= world.store.log(partition).from && !world.log.holes.isMissing(PartitionId.make(partition), offset)
    )
  )

const commandOf = (itemId: ItemId, record: LogRecord.LogRecord): Command => {
  const command = decoded.get(record) ?? LogRecord.decode(itemId, record)
  decoded.set(record, command)
  return command
}

/** The state of an item by the log alone, up to a position: the oracle. */
const folded = (world: World, itemId: ItemId, upTo = Number.MAX_SAFE_INTEGER): Item => {
  const commands = commandsOf(world, itemId).filter(({ offset }) => offset <= upTo)
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, published: [] })
  if (result._tag !== "Folded") throw new Error(`the log itself does not fold: ${result._tag}`)
  return result.state.item
}

const memoized = <K, V>(f: (key: K) => V) => {
  const known = new Map<K, V>()
  return (key: K): V => {
    const value = known.get(key) ?? f(key)
    known.set(key, value)
    return value
  }
}

const counts = ({ available, held, stocked, sold }: Item): string =>
  JSON.stringify({ available, held, put: stocked, sold })

/** Whether the store holds the fold of a log that was cut since. Somebody has to accept the one that is left. */
const isOfAnother = (world: World, itemId: ItemId): boolean => {
  const partition = home(itemId, PARTITIONS)
  return world.store.log(partition).cuts < world.log.cuts[partition]!
}

/** At every moment: units balance, and the store is what the log folds to up to the store's position. */
export const always = (world: World, itemId: ItemId): Wrong => {
  const item = world.store.item(itemId)
  if (isOfAnother(world, itemId)) return world.store.broken
  const oracle = folded(world, itemId, world.store.position(itemId))
  return [
    ...world.store.broken,
    ...(isBalanced(item) ? [] : [`${itemId} does not balance: ${counts(item)}`]),
    ...(counts(item) === counts(oracle) ? [] : [`${itemId}: the store has ${counts(item)}, the log ${counts(oracle)}`])
  ]
}

/** At the end the store holds all of the log, and no hand-made change is left over. */
const whole = (world: World, itemId: ItemId): Wrong => {
  const last = commandsOf(world, itemId).at(-1)?.offset ?? -1
  return [
    ...(world.store.position(itemId) === last
      ? []
      : [`${itemId} is folded up to ${world.store.position(itemId)} of ${last}`]),
    ...(world.store.isHandFree(itemId) ? [] : [`${itemId}: a hand-made change was never counted`])
  ]
}

const expectedStatus = (oracle: Item, requestId: RequestId): OrderStatus | undefined => {
  const held = HashMap.get(oracle.orders, requestId)
  if (Option.isSome(held)) return OutcomeStatus.status(held.value)
  const rejected = HashMap.get(oracle.rejected, requestId)
  return Option.isSome(rejected)
    ? OutcomeStatus.status(Outcome.rejected(requestId, rejected.value.reason, 1, 0, false))
    : undefined
}

/** Every order that is in the log has a final status, the one that the log says. */
const fates = (world: World, itemId: ItemId, oracle: Item): Wrong => {
  // Also those that stand in another partition than their item's: they must have been forwarded.
  const placed = new Set(
    readable(world).filter(({ key }) => key === itemId).flatMap((record) => {
      const command = commandOf(itemId, record)
      return command._tag === "Place" || command._tag === "Hold" ? [command.order.requestId] : []
    })
  )
  return [...placed].flatMap((requestId) => {
    // It keeps the status that the lost record gave it.
    if (world.log.lost.orders.has(requestId)) return []
    const status = world.store.statuses().get(requestId)
    if (status === undefined) return world.store.hasExpired(requestId) ? [] : [`${requestId} has no status`]
    if (!isFinal(status.status)) return [`${requestId} is still ${status.status}`]
    // What is neither held nor rejected could not be understood.
    const expected = expectedStatus(oracle, requestId) ?? "FAILED"
    return status.status === expected ? [] : [`${requestId} is published as ${status.status}, and is ${expected}`]
  })
}

/**
 * A sale has exactly one charge; a charge without a sale is voided, whatever the attempt. Not so where a record is
 * lost: nobody knows of the charge of a lost order, and a void may be on its way for a cancellation that is lost.
 */
const money = (world: World, itemId: ItemId, { orders }: Item, hands: ReadonlySet<string>): Wrong => {
  const { lost } = world.log
  const all = HashMap.toEntries(orders)
  // What a shop has the money for is charged by nobody; what a person has given back, the provider may have kept.
  const sold = all.filter(([, { hold, state }]) => state === "sold" && hold?.reference === undefined)
  const kept = new Set(
    all.filter(([requestId, { attempt }]) => hands.has(`${requestId} ${attempt}`))
      .map(([requestId, { attempt }]) => chargeKey(itemId, requestId, attempt))
  )
  const sales = new Map(sold.map(([requestId, { attempt }]) => [chargeKey(itemId, requestId, attempt), requestId]))
  const charged = [...world.provider.money].filter(([key, { kept }]) => key.startsWith(`${itemId}:`) && kept > 0)
    .map(([key]) => key)
  return [
    ...charged.filter((key) => !sales.has(key) && !lost.charges.has(key) && !kept.has(key)).map((key) =>
      `${key} is charged and not sold`
    ),
    ...[...sales].filter(([key, requestId]) => !charged.includes(key) && !lost.orders.has(requestId))
      .map(([key]) => `${key} is sold and not charged`)
  ]
}

/** The offset of the record that asked for the charge. */
const chargedFrom = ({ attempt, hold, placedAtOffset }: HeldOrder): number =>
  attempt === 1 ? hold?.confirmedAtOffset ?? placedAtOffset : placedAtOffset

/** Every attempt that ran out of patience has one dead letter, at its own place; nothing else has one. */
const letters = (world: World, itemId: ItemId, oracle: Item): Wrong => {
  const found = [...world.letters.letters.values()].filter((letter) =>
    letter.key === itemId && letter.error === "Payment Timeout" && !world.log.lost.orders.has(letter.requestId ?? "")
  )
  const timedOut = HashMap.toEntries(oracle.orders).filter(([, order]) => order.reason === "timeout")
  return [
    ...timedOut.flatMap(([requestId, { attempt, ...order }]) =>
      found.some((letter) => letter.offset === chargedFrom({ attempt, ...order }) && letter.requestId === requestId) ||
        world.log.lost.orders.has(requestId)
        ? []
        : [`${requestId} has no dead letter of attempt ${attempt}`]
    ),
    ...found.flatMap(({ attempt, offset, requestId }) => {
      const order = requestId === undefined ? Option.none() : HashMap.get(oracle.orders, requestId)
      const isOf = Option.isSome(order) &&
        (order.value.attempt > attempt || (chargedFrom(order.value) === offset && order.value.reason === "timeout"))
      return isOf ? [] : [`a dead letter of ${requestId}, attempt ${attempt}, at ${offset}`]
    })
  ]
}

/**
 * What cannot be understood, or names no item, has a dead letter at its place; nothing else has one for that reason.
 */
const rubbish = (world: World): Wrong => {
  const unreadableOf = memoized((itemId: ItemId) => Course.unreadable(Course.of(commandsOf(world, itemId))))
  const unreadable = readable(world).filter((record) => {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined) return true
    return home(itemId, PARTITIONS) === record.partition && unreadableOf(itemId).has(record.offset)
  }).map(({ offset, partition }) => `${partition}/${offset}`)
  const found = [...world.letters.letters.values()].filter((letter) =>
    letter.error === "Invalid Order Format" && isOfTheLog(world, letter)
  ).map(({ offset, partition }) => `${partition}/${offset}`)
  return [
    ...unreadable.filter((place) => !found.includes(place)).map((place) => `${place} is unreadable, without a letter`),
    ...found.filter((place) => !unreadable.includes(place)).map((place) => `${place} is readable, and has a letter`)
  ]
}

/** Whether the record of a letter is still there: its bytes say so. */
const isOfTheLog = (world: World, { offset, partition, value }: DeadLetter): boolean => {
  const record = world.log.records[partition]![offset]
  return record !== undefined && offset >= world.store.log(partition).from && record.value === value &&
    !world.log.holes.isMissing(partition, offset)
}

/** Everything is final, so everything is committed. */
const commits = (world: World): Wrong =>
  world.log.records.flatMap((records, partition) =>
    (world.log.committed[partition] ?? 0) === records.length
      ? []
      : [`partition ${partition} is committed up to ${world.log.committed[partition]} of ${records.length}`]
  )

/** Nothing comes any more that could change anything. */
const onTheWay = (world: World): Wrong => [
  ...(world.log.underWay() === 0 ? [] : ["records are on their way"]),
  ...(world.events.underWay() === 0 ? [] : ["events are on their way"]),
  ...(world.provider.underWay() === 0 ? [] : ["requests to the provider are on their way"]),
  ...(world.refused().size === 0 ? [] : [`refused: ${[...world.refused().values()].join("; ")}`])
]

/** Holds and refunds that are not over yet. */
const unended = (world: World, itemId: ItemId): Wrong =>
  HashMap.toEntries(world.store.item(itemId).open).map(([requestId]) => `${requestId} is still open`)

/** Nobody is charged for what was over before he came, but where the word of it was lost. */
const charges = (world: World, itemId: ItemId): Wrong => {
  const { orders } = world.log.lost
  const records = readable(world).filter(({ key }) => key === itemId)
    .map((record) => ({ appendedAt: world.log.appendedAt(record), command: commandOf(itemId, record) }))
  return Evidence.needless(
    records,
    world.provider.charged,
    (requestId, attempt) => orders.has(requestId) ? "lost" : chargeKey(itemId, requestId, attempt)
  )
}

/** Nobody was told in vain that he need not come again, but by a log of which something is lost since. */
const door = (world: World, itemId: ItemId, oracle: Item): Wrong => {
  return isLogWhole(world, home(itemId, PARTITIONS))
    ? Door.wronglyRefused(world.refusedForGood.filter(({ order }) => order.itemId === itemId), oracle)
    : []
}

/** Whether nothing that the log ever said of the partition is lost. */
const isLogWhole = (world: World, partition: PartitionId): boolean =>
  world.log.cuts[partition] === 0 && world.store.log(partition).from === 0

const atLastOf = (world: World, itemId: ItemId): Wrong => {
  const oracle = folded(world, itemId)
  const commands = commandsOf(world, itemId)
  const course = Course.of(commands)
  return [
    ...(isOfAnother(world, itemId) ? [`${itemId}: the store still holds what was cut`] : []),
    ...always(world, itemId),
    ...whole(world, itemId),
    ...Evidence.missing(commands),
    ...CheckoutChecks.wrong(world, itemId, course, oracle, isLogWhole(world, home(itemId, PARTITIONS))),
    ...fates(world, itemId, oracle),
    ...money(world, itemId, oracle, RefundChecks.byHand(course)),
    ...charges(world, itemId),
    ...letters(world, itemId, oracle),
    ...door(world, itemId, oracle)
  ]
}

/** Of a log that has lost something the first records are others now, and so are their events. */
const events = (world: World, itemIds: ReadonlyArray<ItemId>): Wrong =>
  partitions.filter((partition) => isLogWhole(world, partition)).flatMap((partition) =>
    EventChecks.wrong(
      partition,
      itemIds.filter((itemId) => home(itemId, PARTITIONS) === partition)
        .map((itemId) => ({ itemId, records: recordsOf(world, itemId) })),
      world
    )
  )

/** Everything is told, and the topic says so. */
const tellings = (world: World): Wrong =>
  partitions.filter((partition) => isLogWhole(world, partition)).flatMap((partition) => {
    const { length } = world.log.records[partition]!
    const told = Math.max(0, ...world.events.events[partition]!.map(({ next }) => next))
    return told === length ? [] : [`partition ${partition} is told up to ${told} of ${length}`]
  })

/** What is left to do. */
export const unfinished = (world: World, itemIds: ReadonlyArray<ItemId>): Wrong => [
  ...onTheWay(world),
  ...commits(world),
  ...tellings(world),
  ...itemIds.flatMap((itemId) => unended(world, itemId))
]

/** When nothing is left to do: this takes long to check. */
export const atLast = (world: World, itemIds: ReadonlyArray<ItemId>): Wrong => [
  ...rubbish(world),
  ...events(world, itemIds),
  ...itemIds.flatMap((itemId) => atLastOf(world, itemId))
]
