/** How much one call of a fold takes. */
import { Context } from "effect"

/**
 * Records that an item folds in one call, and orders that they may name, so that none keeps the store from others for
 * long. A call waits for a write to disk, which takes as long for many: where the disk is slow, the size of a call is
 * the speed of a hot item.
 */
export const CALL_ORDERS = 1_000

/** The same for the items of a processor. The simulation has it smaller, so that calls follow each other closely. */
export const CallOrders = Context.Reference<number>("@flash-sale/processor/CallOrders", {
  defaultValue: () => CALL_ORDERS
})
