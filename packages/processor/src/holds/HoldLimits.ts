/** How many open holds and waiting refunds a partition keeps in memory. */
import { Context } from "effect"

/**
 * Open holds and waiting refunds that a partition keeps in memory: about 200 bytes each hold, and twice that each
 * refund. Further ones are read from the store when there is room.
 */
export const MAX_OPEN_HOLDS = 500_000
export const MAX_REFUNDS_WAITING = 50_000

/** The bounds. Tests set smaller ones. */
export const HoldLimits = Context.Reference<{ readonly holds: number; readonly refunds: number }>(
  "@flash-sale/processor/HoldLimits",
  { defaultValue: () => ({ holds: MAX_OPEN_HOLDS, refunds: MAX_REFUNDS_WAITING }) }
)
