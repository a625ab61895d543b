/** How many records one call of a fold takes. */
import type { Command } from "@flash-sale/domain/Command"
import { Context } from "effect"

/**
 * Records that an item folds in one call, and orders that they may name, so that none keeps the store from others for
 * long. A call waits for a write to disk, which takes as long for many: where the disk is slow, its size is the speed of a
 * hot item.
 */
export const CALL_ORDERS = 1_000

/** The same for the items of a processor. The simulation has it smaller, so that calls follow each other closely. */
export const CallOrders = Context.Reference<number>("@flash-sale/processor/CallOrders", {
  defaultValue: () => CALL_ORDERS
})

/** The records in calls, in order. A settlement of many payments is one record and many orders. */
export const inCalls = <A extends { readonly command: Command }>(
  records: ReadonlyArray<A>,
  most = CALL_ORDERS
): ReadonlyArray<ReadonlyArray<A>> => {
  const calls: Array<Array<A>> = []
  let orders = most
  for (const record of records) {
    const { command } = record
    const named = command._tag === "Settle" ? command.settlements.length : 1
    if (orders + named > most) {
      calls.push([])
      orders = 0
    }
    calls[calls.length - 1]!.push(record)
    orders += named
  }
  return calls
}
