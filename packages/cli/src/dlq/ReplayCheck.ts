/** Whether a letter can be replayed, by the letter and the status of its order. Pure. */
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Command, Instant } from "@flash-sale/domain/records/Command"
import { Attempt } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Option, Schema } from "effect"
import * as Letters from "./Letters.ts"

export type Place = Extract<Command, { readonly _tag: "Place" }>

/**
 * - `Ready`: `next` is to be appended.
 * - `InLog`: the next attempt was appended before; only the handling is missing.
 * - `Refused`: it cannot be replayed, and why.
 */
export type ReplayCheck =
  | { readonly _tag: "Ready"; readonly letter: DeadLetter; readonly next: Place }
  | { readonly _tag: "InLog"; readonly letter: DeadLetter; readonly status: StatusRecord }
  | { readonly _tag: "Refused"; readonly why: string }

export const check = (letter: DeadLetter, found: StatusLookup): ReplayCheck => {
  if (letter.error === "Invalid Order Format") {
    return refused("is no order that could be replayed (Invalid Order Format): see who produced it, and discard it")
  }
  const next = nextAttempt(letter)
  if (Option.isNone(next)) return refused("cannot be replayed: its value is no order any more")
  switch (found._tag) {
    case "Unknown":
      // Its status has expired. The fold knows the order, and takes only its next attempt.
      return { _tag: "Ready", letter, next: next.value }
    case "Leased":
      return refused(`cannot be replayed now: its buyer is placing order ${name(letter)} again; try later`)
    case "Kept":
      return checkKept(letter, next.value, found.record)
  }
}

const checkKept = (letter: DeadLetter, next: Place, status: StatusRecord): ReplayCheck => {
  if (status.itemId !== next.order.itemId) {
    return refused(`cannot be replayed: order ${name(letter)} is now ${status.status} for item ${status.itemId}`)
  }
  if (status.attempt > letter.attempt) return { _tag: "InLog", letter, status }
  if (status.attempt < letter.attempt) {
    return refused(
      `cannot be replayed now: attempt ${letter.attempt} of order ${name(letter)} is not known yet; try later`
    )
  }
  if (status.status !== "FAILED_PAYMENT") {
    return refused(
      `cannot be replayed: attempt ${status.attempt} of order ${name(letter)} is ${status.status}, not FAILED_PAYMENT`
    )
  }
  return { _tag: "Ready", letter, next }
}

const refused = (why: string): ReplayCheck => ({ _tag: "Refused", why })

const name = ({ requestId }: DeadLetter): string => JSON.stringify(requestId ?? "")

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
