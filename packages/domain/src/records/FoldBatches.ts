/** Records by their item, and in batches that a store folds in one call each. */
import * as Chunks from "./Chunks.ts"
import type { Command } from "./Command.ts"

/** Records of a log that are gathered by item before they are folded, so that each item has few batches. */
export const GATHERED_RECORDS = 5_000

/** Adds a record to those of its item, behind them. */
export const add = <Item, A>(gathered: Map<Item, Array<A>>, item: Item, record: A): void => {
  const own = gathered.get(item)
  if (own === undefined) gathered.set(item, [record])
  else own.push(record)
}

/**
 * The records in batches, in order. None names more than `most` orders, but for a single record that names more by
 * itself: a settlement of many payments is one record and many orders, and so is the expiry of many holds.
 */
export const of = <A extends { readonly command: Command }>(
  records: ReadonlyArray<A>,
  most: number
): ReadonlyArray<ReadonlyArray<A>> => Chunks.of(records, most, ({ command }) => ordersOf(command))

/** How many orders the records name together. */
export const ordersIn = (records: ReadonlyArray<{ readonly command: Command }>): number => {
  let orders = 0
  for (const { command } of records) orders += ordersOf(command)
  return orders
}

const ordersOf = (command: Command): number => {
  if (command._tag === "Settle") return command.settlements.length
  return command._tag === "Expire" ? command.orders.length : 1
}
