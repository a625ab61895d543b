/** Whether a letter can be replayed, by the letter, the status of its order and the item's ledger. Pure. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { OrderKnown } from "@flash-sale/domain/ports/ItemReads"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { Attempt, type RequestId } from "@flash-sale/domain/records/Ids"
import { Instant } from "@flash-sale/domain/records/Instant"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Option, Schema } from "effect"
import * as LetterRecord from "./LetterRecord.ts"
import * as Letters from "./Letters.ts"
import { type Refused, refused } from "./Refusal.ts"

/** The most attempts at one order. A provider that has failed so often has something else than a bad moment. */
export const MAX_ATTEMPTS = 10

export type Place = Extract<Command, { readonly _tag: "Place" }>

export interface Ready {
  readonly _tag: "Ready"
  readonly letter: DeadLetter
  readonly next: Place
  readonly isHold: boolean
  /** The payments that are due back, which its buyer goes on to see. */
  readonly refundDue?: StatusRecord["refundDue"]
}

/**
 * - `Ready`: `next` is to be appended. `isHold`: its order began as a hold, which was confirmed.
 * - `InLog`: the next attempt was appended before; only the handling is missing.
 * - `Refused`: it cannot be replayed, and why.
 */
export type ReplayCheck =
  | Ready
  | { readonly _tag: "InLog"; readonly letter: DeadLetter; readonly status: StatusRecord }
  | Refused

/** `ledger` is what the item knows of the order, where `LetterRecord.needsLedger` says that it is needed. */
export const check = (letter: DeadLetter, found: StatusLookup, ledger?: OrderKnown): ReplayCheck => {
  if (letter.error === "Payment Without Order") return refused({ code: "payment_due" })
  const record = LetterRecord.of(letter)
  if (letter.error === "Invalid Order Format") {
    const kind = LetterRecord.kindOf(record)
    return refused(kind === undefined ? { code: "no_order" } : { code: "not_taken", kind })
  }
  const next = nextAttempt(letter, record, ledger)
  if ("_tag" in next) return next
  if (next.place.attempt > MAX_ATTEMPTS) return tooMany(letter, next, found)
  switch (found._tag) {
    case "Unknown":
      // Its status has expired. The fold knows the order, and takes only its next attempt.
      return { _tag: "Ready", letter, next: next.place, isHold: next.isHold }
    case "Leased":
      return refused({ code: "being_placed", requestId: next.place.order.requestId })
    case "Kept":
      return checkKept(letter, next, found.record)
  }
}

interface Next {
  readonly place: Place
  readonly isHold: boolean
}

/** One whose next attempt is in the log already is marked all the same: older releases knew no such bound. */
const tooMany = (letter: DeadLetter, next: Next, found: StatusLookup): ReplayCheck => {
  const kept = found._tag === "Kept" ? checkKept(letter, next, found.record) : undefined
  if (kept?._tag === "InLog") return kept
  return refused({ code: "too_many_attempts", requestId: next.place.order.requestId, attempt: letter.attempt })
}

const checkKept = (letter: DeadLetter, { isHold, place }: Next, status: StatusRecord): ReplayCheck => {
  const { requestId } = place.order
  if (status.itemId !== place.order.itemId) {
    return refused({ code: "other_item", requestId, status: status.status, itemId: status.itemId })
  }
  if (status.attempt > letter.attempt) return { _tag: "InLog", letter, status }
  if (status.attempt < letter.attempt) {
    return refused({ code: "attempt_unknown", requestId, attempt: letter.attempt })
  }
  if (status.status !== "FAILED_PAYMENT") {
    return refused({ code: "not_failed", requestId, status: status.status, attempt: status.attempt })
  }
  const { refundDue } = status
  return { _tag: "Ready", letter, next: place, isHold, ...(refundDue === undefined ? {} : { refundDue }) }
}

const decodeStamp = Schema.decodeUnknownOption(Schema.Struct({ attempt: Attempt, acceptedAt: Instant }))

const unreadable = refused({ code: "unreadable_value" })

/**
 * The order's next attempt; deterministic. That of a hold is placed and paid at once, with the token that confirmed it.
 *
 * **Details**: it counts as accepted when the letter was put, so that an order that came in time is not rejected
 * because its sale has closed since.
 */
const nextAttempt = (
  letter: DeadLetter,
  record: LetterRecord.LetterRecord,
  ledger: OrderKnown | undefined
): Next | Refused => {
  const itemId = LogRecord.itemOf({ key: letter.key })
  const stamp = Option.flatMap(
    Letters.putAt(letter),
    (acceptedAt) => decodeStamp({ attempt: letter.attempt + 1, acceptedAt })
  )
  if (itemId === undefined || Option.isNone(stamp)) return unreadable
  if (record._tag !== "Order" && record._tag !== "Confirm") return unreadable
  const order = record._tag === "Order"
    ? record.order
    : LetterRecord.confirmedOrder(letter, itemId, record.confirmation, ledger?.order)
  if (order === undefined) {
    return record._tag === "Confirm" ? withoutOrder(record.confirmation.requestId, letter, ledger) : unreadable
  }
  if (order.itemId !== itemId) return unreadable
  const { correlationId, metadata } = letter
  const notes = metadata === undefined ? {} : { metadata }
  const place = Command.Place({ order, correlationId, ...stamp.value, ...notes })
  return { place, isHold: record._tag === "Confirm" }
}

/** Nobody says whose order it was. */
const withoutOrder = (requestId: RequestId, { attempt }: DeadLetter, ledger: OrderKnown | undefined): Refused =>
  refused(
    ledger?.isComplete === false
      ? { code: "attempt_unknown", requestId, attempt }
      : { code: "order_unknown", requestId }
  )

/** What its buyer is to see of the next attempt until it is decided. */
export const pendingOf = (
  { isHold, next: { attempt, correlationId, order }, refundDue }: Ready,
  updatedAt: string
): StatusRecord => ({
  requestId: order.requestId,
  itemId: order.itemId,
  amount: order.amount,
  status: "PENDING",
  attempt,
  correlationId,
  updatedAt,
  fingerprint: fingerprint(order, isHold),
  ...(refundDue === undefined ? {} : { refundDue })
})
