/** Reads the answers of `lua/fold.lua` for one order: see `lua/README.md`. Any other answer is a bug, and dies. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { type HoldState, isHoldState, isRejectionReason, isReleaseReason } from "@flash-sale/domain/rules/Item"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Outcomes from "@flash-sale/domain/rules/Outcome"
import * as ReusedRequestId from "@flash-sale/domain/rules/ReusedRequestId"

type Place = Extract<Command, { readonly _tag: "Place" }>

/**
 * Reads the short answers to a fresh `place` record, `h <price> <currency>` and `r <reason>`, or any other by `read`:
 * where that is another order's line, its request id was used again.
 */
export const readPlaced = ({ attempt, order }: Place, offset: number, answer: string): OrderOutcome => {
  const { amount, requestId, userId } = order
  const [kind, first, currency] = answer.split(" ", 3)
  if (kind === "r" && isRejectionReason(first)) return Outcomes.rejected(requestId, first, attempt, offset, true)
  if (kind !== "h") return ReusedRequestId.ofPlace(read(requestId, answer), offset, order)
  return {
    requestId,
    state: "held",
    reason: undefined,
    attempt,
    placedAtOffset: offset,
    changed: true,
    isReused: false,
    userId,
    amount,
    price: first === "-" ? undefined : Number(first),
    currency: currency === "-" ? undefined : currency
  }
}

/** Reads `<changed> <state> ...`: a line of the ledger, or `<state> <reason> <attempt> <offset>`. */
export const read = (requestId: RequestId | undefined, answer: string): OrderOutcome => {
  const words = answer.split(" ")
  const [changedText, state = "", reason] = words
  const changed = changedText === "1"
  if (isHoldState(state)) return heldOutcome(requestId, state, words, changed)
  const [attempt, placedAtOffset] = [Number(words[3]), Number(words[4])]
  if (state === "unknown") return Outcomes.unknown(requestId, attempt, placedAtOffset)
  if (state === "unreadable") return Outcomes.unreadable(requestId, attempt, placedAtOffset, changed)
  if (state === "rejected" && isRejectionReason(reason) && requestId !== undefined) {
    return Outcomes.rejected(requestId, reason, attempt, placedAtOffset, changed)
  }
  throw new Error(`fold.lua answered ${answer}`)
}

const HELD_WORDS = 10

/** `<changed> <state> <user> <amount> <attempt> <offset> <capped> <price> <currency> <reason>` */
const heldOutcome = (
  requestId: RequestId | undefined,
  state: HoldState,
  words: ReadonlyArray<string>,
  changed: boolean
): OrderOutcome => {
  const [, , userId, amount, attempt, placedAtOffset, , price, currency, reason] = words
  if (requestId === undefined || words.length !== HELD_WORDS) throw new Error(`fold.lua answered ${words.join(" ")}`)
  return {
    requestId,
    state,
    reason: isRejectionReason(reason) || isReleaseReason(reason) ? reason : undefined,
    attempt: Number(attempt),
    placedAtOffset: Number(placedAtOffset),
    changed,
    isReused: false,
    // The id was checked before it was folded.
    userId: userId as UserId,
    amount: Number(amount),
    price: price === "-" ? undefined : Number(price),
    currency: currency === "-" ? undefined : currency
  }
}
