/**
 * Reading the texts in which Redis keeps the entries of an item: see `lua/README.md`. Of a text that the scripts cannot
 * have written it reads undefined.
 */
import { isRequestId, isUserId } from "@flash-sale/domain/records/Ids"
import type { Unpublished } from "@flash-sale/domain/rules/Fold"
import {
  type HeldOrder,
  isLedgerState,
  isRefundReason,
  isRejectionReason,
  isReleaseReason,
  type Rejected,
  REJECTION_REASONS
} from "@flash-sale/domain/rules/Item"
import * as CheckoutText from "./CheckoutText.ts"
import { whole } from "./Whole.ts"

/** The count and the reason of a rejected id share one number: see `lua/lib/_ledger.lua`. */
const CODES = 8
const REASONS = [undefined, ...REJECTION_REASONS]
const ORDER_WORDS = 9
/** An order that began as a hold has two words more. */
const HOLD_WORDS = 11

/**
 * `<state> <user> <amount> <attempt> <place> <capped> <price> <currency> <reason>`, and of an order that began as a
 * hold ` <confirmed> <reference>`
 */
export const order = (text: string): HeldOrder | undefined => {
  const words = text.split(" ")
  const [state, userId, amountText, attemptText, place, capped, priceText = "", currency = "", reasonText = ""] = words
  const [amount, attempt, placedAtOffset] = [whole(amountText), whole(attemptText), whole(place)]
  const isHold = words.length === HOLD_WORDS
  const hold = isHold ? CheckoutText.hold(words[9] ?? "", words[10] ?? "") : undefined
  if (words.length !== ORDER_WORDS && hold === undefined) return undefined
  if (!isLedgerState(state) || !isUserId(userId)) return undefined
  if (amount === undefined || attempt === undefined || placedAtOffset === undefined) return undefined
  const price = whole(priceText)
  const reason = isReason(reasonText) ? reasonText : undefined
  const isKnown = (value: unknown, word: string) => value !== undefined || word === "-"
  if (!isKnown(price, priceText) || !isKnown(reason, reasonText) || (capped !== "capped" && capped !== "-")) {
    return undefined
  }
  return {
    state,
    userId,
    amount,
    attempt,
    placedAtOffset,
    countsAgainstLimit: capped === "capped",
    price,
    currency: currency === "-" ? undefined : currency,
    reason,
    hold
  }
}

type Reason = NonNullable<HeldOrder["reason"]>

/** Why an order that held units is what it is. */
export const isReason = (word: string | undefined): word is Reason =>
  isReleaseReason(word) || isRejectionReason(word) || isRefundReason(word)

/** The score of a rejected id. */
export const rejected = (text: string): Rejected | undefined => {
  const score = whole(text)
  const reason = score === undefined ? undefined : REASONS[score % CODES]
  return score === undefined || reason === undefined ? undefined : { n: Math.floor(score / CODES), reason }
}

/**
 * `<state> <reason> <attempt> <request id>`, in which the id may be empty. A release before 0.2 kept the answers to
 * rejected orders as well, as `turned`.
 */
export const unpublished = (text: string): Unpublished | undefined => {
  const [word, reasonText, attemptText, ...rest] = text.split(" ")
  const state = word === "turned" ? "rejected" : word
  const reason = isRejectionReason(reasonText) ? reasonText : undefined
  const [attempt, name] = [whole(attemptText), rest.join(" ")]
  if (state !== (reason === undefined ? "unreadable" : "rejected") || attempt === undefined) return undefined
  if (reason === undefined && reasonText !== "-") return undefined
  if (name === "") return rest.length === 0 ? undefined : { requestId: undefined, state, reason, attempt }
  return isRequestId(name) ? { requestId: name, state, reason, attempt } : undefined
}
