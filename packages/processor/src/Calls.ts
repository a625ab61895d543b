/** How many records one call of a fold takes. */
import type { Command } from "@flash-sale/domain/Command"
import * as Portions from "@flash-sale/infra/actor/Portions"
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
): ReadonlyArray<ReadonlyArray<A>> =>
  Portions.of(records, most, ({ command }) => command._tag === "Settle" ? command.settlements.length : 1)
