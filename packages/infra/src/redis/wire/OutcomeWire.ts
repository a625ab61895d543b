/** Reads the answers of `lua/fold.lua` for one order: see `lua/README.md`. Any other answer is a bug, and dies. */
import type { Command } from "@flash-sale/domain/records/Command"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { Order } from "@flash-sale/domain/records/Order"
import type { OpenOrder } from "@flash-sale/domain/rules/checkout/CheckoutState"
import { isLedgerState, isRejectionReason, type LedgerState } from "@flash-sale/domain/rules/Item"
import type { Kept, OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Outcomes from "@flash-sale/domain/rules/Outcome"
import * as ReusedRequestId from "@flash-sale/domain/rules/ReusedRequestId"
import * as CheckoutText from "./CheckoutText.ts"
import * as EntryText from "./EntryText.ts"
import { split, unexpected } from "./KeptWire.ts"

type Of<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** An order that asks for units. */
interface Asked extends Pick<Order, "requestId" | "userId" | "amount"> {
  readonly attempt: number
  readonly isHold: boolean
}

/**
 * Reads the short answers to a fresh record that asks for units, `h <price> <currency> ...` and `r <reason>`, or any
 * other by `read`: where that is another order's line, its request id was used again.
 */
const readAsked = (asked: Asked, offset: number, answer: string, openOf: (due: number) => OpenOrder): OrderOutcome => {
  const { amount, attempt, isHold, requestId, userId } = asked
  const kind = answer.slice(0, 2)
  if (kind !== "h " && kind !== "r ") return ReusedRequestId.ofOrder(read(requestId, answer), offset, asked)
  const [[, first, currency, more, reference], { refundsDue }] = split(answer)
  if (kind === "r ") {
    if (!isRejectionReason(first)) throw unexpected(answer)
    return Outcomes.rejected(requestId, first, attempt, offset, true, refundsDue)
  }
  return {
    requestId,
    state: isHold ? "open" : "held",
    reason: undefined,
    attempt,
    placedAtOffset: offset,
    changed: true,
    isReused: false,
    userId,
    amount,
    price: first === "-" ? undefined : Number(first),
    currency: currency === "-" ? undefined : currency,
    hold: isHold
      ? CheckoutText.hold("-", "-")
      : more === undefined
      ? undefined
      : CheckoutText.hold(more, reference ?? ""),
    open: isHold ? openOf(Number(more)) : undefined,
    refundsDue,
    isRefundDue: false
  }
}

const neverOpen = (): OpenOrder => {
  throw new Error("an order that is paid at once is never open")
}

export const readPlaced = ({ attempt, order }: Of<"Place">, offset: number, answer: string): OrderOutcome =>
  readAsked({ ...order, attempt, isHold: false }, offset, answer, neverOpen)

export const readHold = (
  { correlationId, metadata, order, traceparent }: Of<"Hold">,
  offset: number,
  answer: string
): OrderOutcome =>
  readAsked({ ...order, attempt: 1, isHold: true }, offset, answer, (dueAt) => ({
    dueAt,
    correlationId,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(metadata === undefined ? {} : { metadata })
  }))

/** Reads the answer to a confirmation: a payment is due by its own record alone. */
export const readConfirm = ({ requestId, userId }: Of<"Confirm">, offset: number, answer: string): OrderOutcome => {
  const known = read(requestId, answer)
  return {
    ...known,
    isReused: userId !== undefined && known.userId !== undefined && known.userId !== userId,
    isRefundDue: known.refundsDue.some((due) => due.offset === offset)
  }
}

/** Whether the answer is that of a record which could not be understood. */
export const isUnreadable = (answer: string): boolean => answer.startsWith("unreadable ", "0 ".length)

/** Reads `<changed> <state> ...`: a line of the ledger, or `<state> <reason> <attempt> <offset>`. */
export const read = (requestId: RequestId | undefined, answer: string): OrderOutcome => {
  const [words, kept] = split(answer)
  const [changedText, state = "", reason] = words
  const changed = changedText === "1"
  if (isLedgerState(state)) return heldOutcome(requestId, state, words, changed, kept)
  const [attempt, placedAtOffset] = [Number(words[3]), Number(words[4])]
  if (state === "unknown") return Outcomes.unknown(requestId, attempt, placedAtOffset, kept.refundsDue)
  if (state === "unreadable") return Outcomes.unreadable(requestId, attempt, placedAtOffset, changed)
  if (state === "rejected" && isRejectionReason(reason) && requestId !== undefined) {
    return Outcomes.rejected(requestId, reason, attempt, placedAtOffset, changed, kept.refundsDue)
  }
  throw unexpected(answer)
}

const HELD_WORDS = 10
/** An order that began as a hold has two words more. */
const HOLD_WORDS = 12

/** `<changed> <state> <user> <amount> <attempt> <offset> <capped> <price> <currency> <reason>`, and those of a hold. */
const heldOutcome = (
  requestId: RequestId | undefined,
  state: LedgerState,
  words: ReadonlyArray<string>,
  changed: boolean,
  { open, refundsDue }: Kept
): OrderOutcome => {
  const [, , userId, amount, attempt, placedAtOffset, , price, currency, reason, confirmed = "", reference = ""] = words
  const hold = words.length === HOLD_WORDS ? CheckoutText.hold(confirmed, reference) : undefined
  if (requestId === undefined || (words.length !== HELD_WORDS && hold === undefined)) throw unexpected(words.join(" "))
  return {
    requestId,
    state,
    reason: EntryText.isReason(reason) ? reason : undefined,
    attempt: Number(attempt),
    placedAtOffset: Number(placedAtOffset),
    changed,
    isReused: false,
    // The id was checked before it was folded.
    userId: userId as UserId,
    amount: Number(amount),
    price: price === "-" ? undefined : Number(price),
    currency: currency === "-" ? undefined : currency,
    hold,
    open,
    refundsDue,
    isRefundDue: false
  }
}
