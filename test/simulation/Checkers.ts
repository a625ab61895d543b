/** What must hold of a world, whatever happened in it. Each checker returns what is wrong, in words. */
import { Command } from "@flash-sale/domain/Command"
import * as Fold from "@flash-sale/domain/Fold"
import type { ItemId, RequestId } from "@flash-sale/domain/Ids"
import { isBalanced, type Item } from "@flash-sale/domain/Item"
import * as LogRecord from "@flash-sale/domain/LogRecord"
import { isFinal } from "@flash-sale/domain/OrderStatus"
import * as Outcome from "@flash-sale/domain/Outcome"
import { chargeKey } from "@flash-sale/domain/PaymentProvider"
import { HashMap, Option } from "effect"
import type { World } from "./World.ts"

/** The state of an item by the log alone: the oracle. */
export const folded = (world: World, itemId: ItemId): Item => {
  const commands = world.records.flat().filter((record) => record.key === itemId)
    .map((record) => ({ offset: record.offset, command: LogRecord.decode(itemId, record) }))
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, told: [] })
  if (result._tag !== "Folded") throw new Error(`the log itself does not fold: ${result._tag}`)
  return result.state.item
}

const placed = (world: World, itemId: ItemId): ReadonlySet<RequestId> =>
  new Set(
    world.records.flat().filter((record) => record.key === itemId).flatMap((record) => {
      const command = LogRecord.decode(itemId, record)
      return Command.$is("Place")(command) ? [command.order.requestId] : []
    })
  )

/** Never negative, and the books balance; the store is what the log folds to. */
export const stock = (world: World, itemId: ItemId): ReadonlyArray<string> => {
  const item = world.item(itemId)
  const oracle = folded(world, itemId)
  const counts = ({ available, held, put, sold }: Item) => JSON.stringify({ available, held, put, sold })
  return [
    ...(isBalanced(item) ? [] : [`${itemId} does not balance: ${counts(item)}`]),
    ...(counts(item) === counts(oracle) ? [] : [`${itemId}: the store has ${counts(item)}, the log ${counts(oracle)}`])
  ]
}

/** Every order that is in the log has a final status, the one that the log says. */
export const fates = (world: World, itemId: ItemId): ReadonlyArray<string> => {
  const oracle = folded(world, itemId)
  return [...placed(world, itemId)].flatMap((requestId) => {
    const status = world.statuses().get(requestId)
    if (status === undefined) return [`${requestId} has no status`]
    if (!isFinal(status.status)) return [`${requestId} is still ${status.status}`]
    const held = HashMap.get(oracle.orders, requestId)
    const expected = Option.isSome(held)
      ? Outcome.status(Outcome.ofHeld(requestId, held.value, false))
      : "FAILED_SOLD_OUT"
    return status.status === expected ? [] : [`${requestId} is told ${status.status}, and is ${expected}`]
  })
}

/** A sale has exactly one charge; a charge without a sale is voided. */
export const money = (world: World, itemId: ItemId): ReadonlyArray<string> => {
  const oracle = folded(world, itemId)
  return HashMap.toEntries(oracle.orders).flatMap(([requestId, order]) => {
    const paid = world.money.get(chargeKey(itemId, requestId, order.attempt))
    if (order.state === "sold") return paid?.charged === 1 ? [] : [`${requestId} is sold and not charged`]
    if (paid !== undefined && paid.charged > 0) return [`${requestId} is ${order.state} and charged`]
    return []
  })
}

/** Every order that was given up has one dead letter. */
export const letters = (world: World, itemId: ItemId): ReadonlyArray<string> => {
  const oracle = folded(world, itemId)
  const timedOut = HashMap.toEntries(oracle.orders).filter(([, order]) => order.reason === "timeout")
  const wanted = new Set(timedOut.map(([requestId]) => requestId))
  const found = [...world.letters.values()].filter((letter) => letter.key === itemId)
  return [
    ...timedOut.flatMap(([requestId]) =>
      found.some((letter) => letter.requestId === requestId) ? [] : [`${requestId} has no dead letter`]
    ),
    ...found.flatMap((letter) =>
      letter.requestId !== undefined && wanted.has(letter.requestId) ? [] : [`a dead letter of ${letter.requestId}`]
    )
  ]
}

/** Everything is final, so everything is committed. */
export const commits = (world: World): ReadonlyArray<string> =>
  world.records.flatMap((records, partition) =>
    (world.committed[partition] ?? 0) === records.length
      ? []
      : [`partition ${partition} is committed up to ${world.committed[partition]} of ${records.length}`]
  )

export const all = (world: World, itemId: ItemId): ReadonlyArray<string> => [
  ...stock(world, itemId),
  ...fates(world, itemId),
  ...money(world, itemId),
  ...letters(world, itemId)
]
