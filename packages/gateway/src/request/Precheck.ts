/** Whether an order can be refused by a read of its item alone. Pure. */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemStore"

export type PrecheckRefusal =
  | { readonly _tag: "UnknownItem" }
  | { readonly _tag: "Paused" }
  | { readonly _tag: "NotOpen"; readonly opensAt: number }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "SoldOut" }

/**
 * Returns why, or undefined where the order goes on to be decided by its fold.
 *
 * **Details**: an item that may not be wholly folded yet, or has a pending edit, is about to change, so nothing is
 * concluded from it. The order of the rules is that of `Rules`. `now` in milliseconds since 1970 (UTC).
 */
export const check = (item: ItemSummary, amount: number, now: number): PrecheckRefusal | undefined => {
  if (!item.isComplete || item.pendingEdit !== undefined) return undefined
  if (!item.isKnown) return { _tag: "UnknownItem" }
  const { closesAt, opensAt, paused } = item.settings
  if (paused) return { _tag: "Paused" }
  if (opensAt !== undefined && now < opensAt) return { _tag: "NotOpen", opensAt }
  if (closesAt !== undefined && now >= closesAt) return { _tag: "Closed" }
  return amount > item.available ? { _tag: "SoldOut" } : undefined
}
