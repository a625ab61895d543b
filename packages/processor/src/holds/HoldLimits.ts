/** How many open holds and waiting refunds a partition keeps in memory. */
import { Context } from "effect"

/**
 * About 200 bytes each hold, and twice that each refund. Further ones are read from the store when there is room for
 * half of them.
 */
export const MAX_OPEN_HOLDS = 500_000
export const MAX_REFUNDS_WAITING = 50_000

export interface Limits {
  readonly holds: number
  readonly refunds: number
}

/** The bounds. Tests set smaller ones. */
export const HoldLimits = Context.Reference<Limits>("@flash-sale/processor/HoldLimits", {
  defaultValue: () => ({ holds: MAX_OPEN_HOLDS, refunds: MAX_REFUNDS_WAITING })
})
