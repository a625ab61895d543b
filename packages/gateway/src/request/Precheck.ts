/** Whether an order can be refused by a read of its item alone. Pure. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"

export type PrecheckRefusal =
  | { readonly _tag: "UnknownItem" }
  | { readonly _tag: "Paused" }
  | { readonly _tag: "NotOpen"; readonly opensAt: number }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "SoldOut" }

/**
 * Says why, or undefined where the order must be let in to be decided.
 *
 * **Details**: without the mark the item may not be wholly folded yet, and with a change parked it is about to change:
 * then nothing is concluded. The order of the rules is that of `Decide`. `now` in milliseconds since 1970 (UTC).
 */
export const check = (look: ItemSummary, amount: number, now: number): PrecheckRefusal | undefined => {
  if (!look.isComplete || look.pendingEdit !== undefined) return undefined
  if (!look.isKnown) return { _tag: "UnknownItem" }
  const { closesAt, opensAt, paused } = look.settings
  if (paused) return { _tag: "Paused" }
  if (opensAt !== undefined && now < opensAt) return { _tag: "NotOpen", opensAt }
  if (closesAt !== undefined && now >= closesAt) return { _tag: "Closed" }
  return amount > look.available ? { _tag: "SoldOut" } : undefined
}
