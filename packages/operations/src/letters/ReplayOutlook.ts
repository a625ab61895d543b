/** What replays would come to if they were done now, one after the other. Pure. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { BuyerUnits, ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import type { RejectionReason } from "@flash-sale/domain/rules/Item"
import { rejectionOf } from "@flash-sale/domain/rules/PlaceRule"
import type { Inspected } from "./LetterBatch.ts"
import type { Refusal } from "./Refusal.ts"
import type { Step } from "./Replay.ts"
import type { Place } from "./ReplayCheck.ts"

/**
 * - `would_reserve`: units would be held, at the letter's price.
 * - `price_changed`: units would be held, at another price than the letter's.
 * - `sold_out`, `sale_closed`, `limit`: it would be turned away. A sale is closed also where it is paused or not open.
 * - `already_sold`: the order is completed.
 * - `duplicate`: its next attempt is in the log, or comes earlier among these letters.
 * - `still_invalid`: it is no order.
 * - `too_many_attempts`: no more attempts are made.
 * - `refused`: nothing would be done, and `refusal` says why.
 */
export const OUTLOOKS = [
  "would_reserve",
  "price_changed",
  "sold_out",
  "sale_closed",
  "limit",
  "already_sold",
  "duplicate",
  "still_invalid",
  "too_many_attempts",
  "refused"
] as const
export type Outlook = typeof OUTLOOKS[number]

/** What is known of an item and of the buyers, at one moment. */
export interface Known {
  /** Undefined where the item is stopped. */
  readonly item: (itemId: ItemId) => ItemSummary | undefined
  /** Undefined where nothing may be concluded, as for an item that is not wholly folded. */
  readonly buyer: (itemId: ItemId, userId: UserId) => BuyerUnits | undefined
}

/** What would become of one letter. `next` is undefined where no attempt would be appended. */
export interface Expected {
  readonly id: string
  readonly outlook: Outlook
  readonly next: Place | undefined
  /** The letter of that attempt. */
  readonly letter: DeadLetter | undefined
  readonly refusal: Refusal | undefined
  /** Whether the store is wholly folded, so that what it says is so. */
  readonly isCertain: boolean
}

const CLOSED: ReadonlyArray<RejectionReason> = ["paused", "not_open", "closed"]

/** For each letter, in the order in which they are replayed: each uses up what it would hold. */
export const of = (inspected: ReadonlyArray<Inspected<Step>>, known: Known): ReadonlyArray<Expected> => {
  const used = new Map<string, number>()
  const placed = new Set<string>()
  return inspected.map(({ id, step }) => {
    if (step._tag !== "Ready") return notPlaced(id, step)
    const { letter, next } = step
    const { order } = next
    const name = `${order.itemId} ${order.requestId}`
    if (placed.has(name)) return without(id, "duplicate")
    placed.add(name)
    const item = known.item(order.itemId)
    if (item === undefined) return without(id, "refused", stopped(order.itemId))
    const buyer = known.buyer(order.itemId, order.userId)
    const ofBuyer = `${order.itemId} ${order.userId}`
    const reason = rejectionOf(
      { available: item.available - (used.get(order.itemId) ?? 0), settings: item.settings },
      (buyer?.bought ?? 0) + (used.get(ofBuyer) ?? 0),
      next
    )
    if (reason === undefined) {
      for (const one of [order.itemId, ofBuyer]) used.set(one, (used.get(one) ?? 0) + order.amount)
    }
    const isSamePrice = letter.price === item.settings.price && letter.currency === item.settings.currency
    return {
      id,
      outlook: reason === undefined ? isSamePrice ? "would_reserve" : "price_changed" : outlookOf(reason),
      next,
      letter,
      refusal: undefined,
      isCertain: item.isComplete && (item.settings.perUserLimit === undefined || buyer !== undefined)
    }
  })
}

const outlookOf = (reason: RejectionReason): Outlook =>
  CLOSED.includes(reason) ? "sale_closed" : reason === "limit" ? "limit" : "sold_out"

const stopped = (itemId: ItemId): Refusal => ({
  code: "item_stopped",
  itemId,
  detail: "its records cannot be folded"
})

/** A letter of which no attempt would be appended. */
const without = (id: string, outlook: Outlook, refusal?: Refusal): Expected => ({
  id,
  outlook,
  next: undefined,
  letter: undefined,
  refusal,
  isCertain: true
})

const notPlaced = (id: string, step: Exclude<Step, { readonly _tag: "Ready" }>): Expected => {
  if (step._tag === "Refused") return without(id, ofRefusal(step.refusal), step.refusal)
  return without(id, step._tag === "InLog" && step.status.status === "COMPLETED" ? "already_sold" : "duplicate")
}

const ofRefusal = (refusal: Refusal): Outlook => {
  switch (refusal.code) {
    case "no_order":
    case "payment_due":
    case "not_taken":
    case "unreadable_value":
      return "still_invalid"
    case "too_many_attempts":
      return "too_many_attempts"
    case "not_failed":
      return refusal.status === "COMPLETED" ? "already_sold" : "refused"
    default:
      return "refused"
  }
}
