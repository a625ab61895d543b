/** What must hold of a world, whatever happened in it. Each checker returns what is wrong, in words. */
import { Command } from "@flash-sale/domain/Command"
import * as Fold from "@flash-sale/domain/Fold"
import type { ItemId, RequestId } from "@flash-sale/domain/Ids"
import { isBalanced, type Item } from "@flash-sale/domain/Item"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { isFinal, type OrderStatus } from "@flash-sale/domain/OrderStatus"
import * as Outcome from "@flash-sale/domain/Outcome"
import { home } from "@flash-sale/domain/Partition"
import { HashMap, Option } from "effect"
import { PARTITIONS } from "./SimulatedLog.ts"
import type { World } from "./World.ts"

type Wrong = ReadonlyArray<string>

/** What was decoded before: a record never changes. */
const decoded = new WeakMap<LogRecord.LogRecord, Command>()

/** The item's records in the log's order, as commands. */
const commandsOf = (world: World, itemId: ItemId) =>
  world.log.records[home(itemId, PARTITIONS)]!.filter((record) => record.key === itemId)
    .map((record) => ({ offset: record.offset, command: commandOf(itemId, record) }))

const commandOf = (itemId: ItemId, record: LogRecord.LogRecord): Command => {
  const command = decoded.get(record) ?? LogRecord.decode(itemId, record)
  decoded.set(record, command)
  return command
}

/** The state of an item by the log alone, up to a position: the oracle. */
const folded = (world: World, itemId: ItemId, upTo = Number.MAX_SAFE_INTEGER): Item => {
  const commands = commandsOf(world, itemId).filter(({ offset }) => offset <= upTo)
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, told: [] })
  if (result._tag !== "Folded") throw new Error(`the log itself does not fold: ${result._tag}`)
  return result.state.item
}

const counts = ({ available, held, put, sold }: Item): string => JSON.stringify({ available, held, put, sold })

/** At every moment: the books balance, and the store is what the log folds to up to where the store has come. */
export const always = (world: World, itemId: ItemId): Wrong => {
  const item = world.store.item(itemId)
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
  if (Option.isSome(held)) return Outcome.status(Outcome.ofHeld(requestId, held.value, false))
  const turned = HashMap.get(oracle.turned, requestId)
  return Option.isSome(turned)
    ? Outcome.status(Outcome.turned(requestId, turned.value.reason, 1, 0, false))
    : undefined
}

/** Every order that is in the log has a final status, the one that the log says. */
const fates = (world: World, itemId: ItemId): Wrong => {
  const oracle = folded(world, itemId)
  // Also those that stand in another partition than their item's: they must have been forwarded.
  const placed = new Set(
    world.log.records.flat().filter(({ key }) => key === itemId).flatMap((record) => {
      const command = commandOf(itemId, record)
      return Command.$is("Place")(command) ? [command.order.requestId] : []
    })
  )
  return [...placed].flatMap((requestId) => {
    const status = world.store.statuses().get(requestId)
    if (status === undefined) return [`${requestId} has no status`]
    if (!isFinal(status.status)) return [`${requestId} is still ${status.status}`]
    const expected = expectedStatus(oracle, requestId)
    return status.status === expected ? [] : [`${requestId} is told ${status.status}, and is ${expected}`]
  })
}

/** A sale has exactly one charge; a charge without a sale is voided. Whatever the attempt. */
const money = (world: World, itemId: ItemId): Wrong => {
  const { orders } = folded(world, itemId)
  const sales = new Set(
    HashMap.toEntries(orders).flatMap(([requestId, { attempt, state }]) =>
      state === "sold" ? [`${itemId}:${requestId}:${attempt}`] : []
    )
  )
  const kept = [...world.provider.money].filter(([key, { kept: units }]) => key.startsWith(`${itemId}:`) && units > 0)
  return [
    ...kept.flatMap(([key]) => sales.has(key) ? [] : [`${key} is charged and not sold`]),
    ...[...sales].flatMap((key) => kept.some(([charged]) => charged === key) ? [] : [`${key} is sold and not charged`])
  ]
}

/** Every attempt that ran out of patience has one dead letter, at its own place; nothing else has one. */
const letters = (world: World, itemId: ItemId): Wrong => {
  const oracle = folded(world, itemId)
  const found = [...world.letters.letters.values()].filter((letter) =>
    letter.key === itemId && letter.error === "Payment Timeout"
  )
  const timedOut = HashMap.toEntries(oracle.orders).filter(([, order]) => order.reason === "timeout")
  return [
    ...timedOut.flatMap(([requestId, { attempt, place }]) =>
      found.some((letter) => letter.offset === place && letter.requestId === requestId)
        ? []
        : [`${requestId} has no dead letter of attempt ${attempt}`]
    ),
    ...found.flatMap(({ attempt, offset, requestId }) => {
      const order = requestId === undefined ? Option.none() : HashMap.get(oracle.orders, requestId)
      const isOf = Option.isSome(order) &&
        (order.value.attempt > attempt || (order.value.place === offset && order.value.reason === "timeout"))
      return isOf ? [] : [`a dead letter of ${requestId}, attempt ${attempt}, at ${offset}`]
    })
  ]
}

/** What cannot be understood, or names no item, has a dead letter at its place; nothing else has one for that reason. */
export const rubbish = (world: World): Wrong => {
  const unreadable = world.log.records.flat().filter((record) => {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined) return true
    return home(itemId, PARTITIONS) === record.partition && commandOf(itemId, record)._tag === "Unreadable"
  }).map(({ offset, partition }) => `${partition}/${offset}`)
  const found = [...world.letters.letters.values()].filter(({ error }) => error === "Invalid Order Format")
    .map(({ offset, partition }) => `${partition}/${offset}`)
  return [
    ...unreadable.filter((place) => !found.includes(place)).map((place) => `${place} is unreadable, without a letter`),
    ...found.filter((place) => !unreadable.includes(place)).map((place) => `${place} is readable, and has a letter`)
  ]
}

/** Everything is final, so everything is committed. */
export const commits = (world: World): Wrong =>
  world.log.records.flatMap((records, partition) =>
    (world.log.committed[partition] ?? 0) === records.length
      ? []
      : [`partition ${partition} is committed up to ${world.log.committed[partition]} of ${records.length}`]
  )

/** When nothing is left to do. */
export const atLast = (world: World, itemId: ItemId): Wrong => [
  ...always(world, itemId),
  ...whole(world, itemId),
  ...fates(world, itemId),
  ...money(world, itemId),
  ...letters(world, itemId)
]
