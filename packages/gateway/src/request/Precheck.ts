/**
 * Whether an order can be refused by what was read of its item and its buyer alone, without a record of it. Pure. Why:
 * docs/decisions/0033-what-cannot-succeed-is-refused-at-the-door.md.
 */
import type { BuyerUnits, ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { MAX_HOLD_SECONDS } from "@flash-sale/domain/records/checkout/Hold"

export type PrecheckRefusal =
  | { readonly _tag: "UnknownItem" }
  | { readonly _tag: "HoldTooLong"; readonly most: number }
  | { readonly _tag: "Paused" }
  | { readonly _tag: "NotOpen"; readonly opensAt: number }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "Limit"; readonly retryable: boolean }
  | { readonly _tag: "SoldOut"; readonly retryable: boolean }

/** What a read of the item says of an order, in units. */
export interface Checked {
  /** Why the item refuses it by itself; undefined where it does not. */
  readonly refusal: PrecheckRefusal | undefined
  /** The limit that comes before that refusal, and to which the buyer's units are to be compared; mostly undefined. */
  readonly limit: number | undefined
}

const decidedByFold: Checked = { refusal: undefined, limit: undefined }
const refused = (refusal: PrecheckRefusal): Checked => ({ refusal, limit: undefined })

/**
 * Checks an order against its item.
 *
 * **Details**: an item that may not be wholly folded yet, or has a pending edit, is about to change, so nothing is
 * concluded from it. The order of the rules is that of `PlaceRule`, which shortens a hold that is too long: that is
 * refused here as a courtesy. `now` in milliseconds since 1970 (UTC).
 */
export const check = (
  item: ItemSummary,
  { amount, holdSeconds = 0 }: { readonly amount: number; readonly holdSeconds?: number },
  now: number
): Checked => {
  if (!item.isComplete || item.pendingEdit !== undefined) return decidedByFold
  if (!item.isKnown) return refused({ _tag: "UnknownItem" })
  const { closesAt, maxHoldSeconds = MAX_HOLD_SECONDS, opensAt, paused, perUserLimit: limit } = item.settings
  if (holdSeconds > maxHoldSeconds) return refused({ _tag: "HoldTooLong", most: maxHoldSeconds })
  if (paused) return refused({ _tag: "Paused" })
  if (opensAt !== undefined && now < opensAt) return refused({ _tag: "NotOpen", opensAt })
  if (closesAt !== undefined && now >= closesAt) return refused({ _tag: "Closed" })
  if (amount > item.available) return { refusal: { _tag: "SoldOut", retryable: amount <= item.stocked }, limit }
  return limit === undefined ? decidedByFold : { refusal: undefined, limit }
}

/**
 * Checks an order against the limit for each buyer. A later try may succeed where the units that are held of the item,
 * if all of them were the buyer's and came back, would be enough. What is sold comes back by an operator's refund alone,
 * which is nothing to wait for.
 */
export const checkLimit = (limit: number, amount: number, buyer: BuyerUnits): PrecheckRefusal | undefined => {
  if (buyer.bought + amount <= limit) return undefined
  const boughtForGood = Math.max(0, buyer.bought - buyer.held)
  return { _tag: "Limit", retryable: boughtForGood + amount <= limit }
}
