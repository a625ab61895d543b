/** Whether a letter can be replayed, by the letter and the status of its order. Pure. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { Attempt } from "@flash-sale/domain/records/Ids"
import { Instant } from "@flash-sale/domain/records/Instant"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Option, Schema } from "effect"
import * as Letters from "./Letters.ts"
import { type Refused, refused } from "./Refusal.ts"

/** The most attempts at one order. A provider that has failed so often has something else than a bad moment. */
export const MAX_ATTEMPTS = 10

export type Place = Extract<Command, { readonly _tag: "Place" }>

/**
 * - `Ready`: `next` is to be appended.
 * - `InLog`: the next attempt was appended before; only the handling is missing.
 * - `Refused`: it cannot be replayed, and why.
 */
export type ReplayCheck =
  | { readonly _tag: "Ready"; readonly letter: DeadLetter; readonly next: Place }
  | { readonly _tag: "InLog"; readonly letter: DeadLetter; readonly status: StatusRecord }
  | Refused

export const check = (letter: DeadLetter, found: StatusLookup): ReplayCheck => {
  if (letter.error === "Invalid Order Format") return refused({ code: "no_order" })
  const next = nextAttempt(letter)
  if (Option.isNone(next)) return refused({ code: "unreadable_value" })
  if (next.value.attempt > MAX_ATTEMPTS) return tooMany(letter, next.value, found)
  switch (found._tag) {
    case "Unknown":
      // Its status has expired. The fold knows the order, and takes only its next attempt.
      return { _tag: "Ready", letter, next: next.value }
    case "Leased":
      return refused({ code: "being_placed", requestId: next.value.order.requestId })
    case "Kept":
      return checkKept(letter, next.value, found.record)
  }
}

/** One whose next attempt is in the log already is marked all the same: older releases knew no such bound. */
const tooMany = (letter: DeadLetter, next: Place, found: StatusLookup): ReplayCheck => {
  const kept = found._tag === "Kept" ? checkKept(letter, next, found.record) : undefined
  if (kept?._tag === "InLog") return kept
  return refused({ code: "too_many_attempts", requestId: next.order.requestId, attempt: letter.attempt })
}

const checkKept = (letter: DeadLetter, next: Place, status: StatusRecord): ReplayCheck => {
  const { requestId } = next.order
  if (status.itemId !== next.order.itemId) {
    return refused({ code: "other_item", requestId, status: status.status, itemId: status.itemId })
  }
  if (status.attempt > letter.attempt) return { _tag: "InLog", letter, status }
  if (status.attempt < letter.attempt) {
    return refused({ code: "attempt_unknown", requestId, attempt: letter.attempt })
  }
  if (status.status !== "FAILED_PAYMENT") {
    return refused({ code: "not_failed", requestId, status: status.status, attempt: status.attempt })
  }
  return { _tag: "Ready", letter, next }
}

const decodeStamp = Schema.decodeUnknownOption(Schema.Struct({ attempt: Attempt, acceptedAt: Instant }))

/**
 * The order's next attempt; deterministic.
 *
 * **Details**: it counts as accepted when the letter was put, so that an order that came in time is not rejected
 * because its sale has closed since.
 */
const nextAttempt = (letter: DeadLetter): Option.Option<Place> => {
  const itemId = LogRecord.itemOf({ key: letter.key })
  if (itemId === undefined) return Option.none()
  const command = LogRecord.decode(itemId, { ...letter, key: itemId, timestamp: 0, headers: {} })
  return command._tag !== "Place" ? Option.none() : Letters.putAt(letter).pipe(
    Option.flatMap((acceptedAt) => decodeStamp({ attempt: letter.attempt + 1, acceptedAt })),
    Option.map((stamp) => Command.Place({ order: command.order, correlationId: letter.correlationId, ...stamp }))
  )
}
