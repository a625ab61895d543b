/**
 * Reading the texts in which Redis keeps the entries of an item: see `lua/README.md`. Of a text that the scripts cannot
 * have written it reads undefined.
 */
import { isRequestId, isUserId } from "@flash-sale/domain/records/Ids"
import type { Unpublished } from "@flash-sale/domain/rules/Fold"
import {
  type HeldOrder,
  isHoldState,
  isRejectionReason,
  isReleaseReason,
  type Rejected,
  REJECTION_REASONS
} from "@flash-sale/domain/rules/Item"

/** The count and the reason of a rejected id share one number: see `lua/lib/_ledger.lua`. */
const CODES = 8
const REASONS = [undefined, ...REJECTION_REASONS]
const ORDER_WORDS = 9

/** A whole number as the scripts write it: another text of the same number is not theirs. */
export const whole = (text: string | undefined): number | undefined => {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : undefined
}

/** `<state> <user> <amount> <attempt> <place> <capped> <price> <currency> <reason>` */
export const order = (text: string): HeldOrder | undefined => {
  const words = text.split(" ")
  const [state, userId, amountText, attemptText, place, capped, priceText = "", currency = "", reasonText = ""] = words
  const [amount, attempt, placedAtOffset] = [whole(amountText), whole(attemptText), whole(place)]
  if (words.length !== ORDER_WORDS || !isHoldState(state) || !isUserId(userId)) return undefined
  if (amount === undefined || attempt === undefined || placedAtOffset === undefined) return undefined
  const price = whole(priceText)
  const reason = isReleaseReason(reasonText) || isRejectionReason(reasonText) ? reasonText : undefined
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
    reason
  }
}

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
