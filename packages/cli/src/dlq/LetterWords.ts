/** What becomes of letters, in words: a line each. */
import type { Handling } from "@flash-sale/domain/ports/DeadLetters"
import type { RecordKind, Refusal } from "@flash-sale/operations/letters/Refusal"
import { MAX_ATTEMPTS } from "@flash-sale/operations/letters/ReplayCheck"
import type { Discarded, RefusedLetter, Replayed } from "../engine/LetterView.ts"
import * as PriceChange from "./PriceChange.ts"

/** A handling. */
export const ofHandling = (handling: Handling | undefined): string =>
  handling === undefined
    ? "was handled long ago"
    : `was ${handling.action} by ${handling.by} at ${handling.timestamp}: ${handling.why}`

const quoted = (requestId: string): string => JSON.stringify(requestId)

/** What was told of such a record stays so: it is never appended again, as its time is over. */
const NOT_TAKEN: Readonly<Record<RecordKind, string>> = {
  order: "cannot be replayed: its item did not take the order then, and its buyer was told FAILED and orders again " +
    "under another id: discard it",
  confirm: "cannot be replayed: its item did not take the confirmation then, and nothing was charged: discard it",
  paid: "cannot be replayed: its item did not take the payment then, and its buyer has paid: pay it back and discard " +
    "it, or have the shop send it again",
  refund: "cannot be replayed: its item did not take the refund then: flash-sale order refund, and discard it"
}

/** Why nothing is done, to follow the id of the letter. */
export const ofRefusal = (refusal: Refusal | string): string => {
  if (typeof refusal === "string") return `is refused: ${refusal}`
  switch (refusal.code) {
    case "unknown_letter":
      return "is not known: flash-sale dlq list shows what nobody has handled"
    case "handled":
      return ofHandling(refusal.handling)
    case "no_order":
      return "is no order that could be replayed (Invalid Order Format): see who produced it, and discard it"
    case "payment_due":
      return "is no order that could be replayed (Payment Without Order): its buyer has paid for nothing: pay that " +
        "back, and discard it"
    case "not_taken":
      return NOT_TAKEN[refusal.kind]
    case "order_unknown":
      return `cannot be replayed: its item does not know order ${quoted(refusal.requestId)}`
    case "unreadable_value":
      return "cannot be replayed: its value is no order any more"
    case "being_placed":
      return `cannot be replayed now: its buyer is placing order ${quoted(refusal.requestId)} again; try later`
    case "other_item":
      return `cannot be replayed: order ${
        quoted(refusal.requestId)
      } is now ${refusal.status} for item ${refusal.itemId}`
    case "too_many_attempts":
      return `cannot be replayed: attempt ${refusal.attempt} of order ${quoted(refusal.requestId)} failed, ` +
        `and there are ${MAX_ATTEMPTS} at the most: discard it`
    case "item_stopped":
      return `cannot be replayed now: item ${refusal.itemId} is stopped: ${refusal.detail}`
    case "attempt_unknown":
      return `cannot be replayed now: attempt ${refusal.attempt} of order ${quoted(refusal.requestId)} ` +
        "is not known yet; try later"
    case "not_failed":
      return `cannot be replayed: attempt ${refusal.attempt} of order ${quoted(refusal.requestId)} ` +
        `is ${refusal.status}, not FAILED_PAYMENT`
  }
}

/** The letters about which nothing was done: a line for each. */
export const ofRefused = (refused: ReadonlyArray<RefusedLetter>): ReadonlyArray<string> =>
  refused.map(({ id, refusal }) => `${id} ${ofRefusal(refusal)}`)

/** What came of a replay. */
export const ofReplayed = (replayed: Replayed): string => {
  switch (replayed._tag) {
    case "Done":
      return `${replayed.id}: ${ofHandling(replayed.handling)}`
    case "InLog": {
      const { attempt, id, requestId, status } = replayed
      return `${id}: attempt ${attempt} of order ${quoted(requestId)} is ${status} already; marked as replayed`
    }
    case "Recorded":
      return `${replayed.id}: attempt ${replayed.attempt} of order ${quoted(replayed.requestId)} is in the log, and ` +
        `not all that follows is written down: ${replayed.why}; where the letter is still open replay it again, ` +
        "which starts no second attempt"
    case "Replayed": {
      const { attempt, before, id, itemId, now, requestId } = replayed
      const name = `order ${quoted(requestId)}, item ${itemId}`
      return `${id}: replayed as attempt ${attempt} of ${name}${PriceChange.words(before, now)}`
    }
  }
}

const handled = (handling: Handling | undefined) =>
  handling === undefined
    ? {}
    : { handling: { action: handling.action, by: handling.by, reason: handling.why, at: handling.timestamp } }

/** The same for programs: the fields of the admin API. */
export const jsonOfReplayed = (replayed: Replayed): string => {
  const { id } = replayed
  switch (replayed._tag) {
    case "Done":
      return JSON.stringify({ id, outcome: "done_before", ...handled(replayed.handling) })
    case "InLog": {
      const { attempt, requestId, status } = replayed
      return JSON.stringify({ id, outcome: "done_before", request_id: requestId, attempt, order_status: status })
    }
    case "Recorded":
    case "Replayed": {
      const { attempt, itemId, requestId } = replayed
      const outcome = replayed._tag === "Recorded" ? "recorded" : "replayed"
      return JSON.stringify({ id, outcome, item_id: itemId, request_id: requestId, attempt })
    }
  }
}

/** What came of discarding, for programs. */
export const jsonOfDiscarded = (discarded: Discarded): string =>
  JSON.stringify(
    discarded._tag === "Done"
      ? { id: discarded.id, outcome: "done_before", ...handled(discarded.handling) }
      : { id: discarded.id, outcome: "discarded", paid_back: discarded.isPaidBack ? true : undefined }
  )

/** What came of discarding. */
export const ofDiscarded = (discarded: Discarded): string =>
  `${discarded.id}: ${
    discarded._tag === "Done"
      ? ofHandling(discarded.handling)
      : `discarded${discarded.isPaidBack ? ": it counts as paid back" : ""}`
  }`
