/** What becomes of letters, in words: a line each. */
import type { Handling } from "@flash-sale/domain/ports/DeadLetters"
import type { Discarded } from "@flash-sale/operations/letters/Discard"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as LetterOutcome from "@flash-sale/operations/letters/LetterOutcome"
import type { Refusal } from "@flash-sale/operations/letters/Refusal"
import type { Replayed } from "@flash-sale/operations/letters/Replay"
import { MAX_ATTEMPTS } from "@flash-sale/operations/letters/ReplayCheck"
import * as PriceChange from "./PriceChange.ts"

/** A handling. */
export const ofHandling = (handling: Handling | undefined): string =>
  handling === undefined
    ? "was handled long ago"
    : `was ${handling.action} by ${handling.by} at ${handling.timestamp}: ${handling.why}`

const quoted = (requestId: string): string => JSON.stringify(requestId)

/** Why nothing is done, to follow the id of the letter. */
export const ofRefusal = (refusal: Refusal): string => {
  switch (refusal.code) {
    case "unknown_letter":
      return "is not known: flash-sale dlq list shows what nobody has handled"
    case "handled":
      return ofHandling(refusal.handling)
    case "no_order":
      return "is no order that could be replayed (Invalid Order Format): see who produced it, and discard it"
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

/** What came of a replay. */
export const ofReplayed = (replayed: Replayed): string => {
  switch (replayed._tag) {
    case "Done":
      return `${LetterIdText.show(replayed.id)}: ${ofHandling(replayed.handling)}`
    case "InLog": {
      const { attempt, requestId, status } = replayed.status
      return `${LetterIdText.show(replayed.letter)}: attempt ${attempt} of order ${quoted(requestId)} ` +
        `is ${status} already; marked as replayed`
    }
    case "Recorded":
      return `${LetterIdText.show(replayed.letter)}: attempt ${replayed.next.attempt} of order ` +
        `${quoted(replayed.next.order.requestId)} is in the log, and not all of it is written down: ` +
        `${replayed.error.detail}; where the letter is still open replay it again, which starts no second attempt`
    case "Replayed": {
      const { letter, next: { attempt, order }, sale } = replayed
      const name = `order ${quoted(order.requestId)}, item ${order.itemId}`
      return `${LetterIdText.show(letter)}: replayed as attempt ${attempt} of ${name}${PriceChange.words(letter, sale)}`
    }
  }
}

/** The same for programs. */
export const jsonOfReplayed = (replayed: Replayed): string => {
  const id = LetterIdText.show(replayed._tag === "Done" ? replayed.id : replayed.letter)
  return JSON.stringify(LetterOutcome.ofReplayed(id, replayed))
}

/** What came of discarding. */
export const ofDiscarded = (discarded: Discarded): string =>
  `${LetterIdText.show(discarded.id)}: ${discarded._tag === "Done" ? ofHandling(discarded.handling) : "discarded"}`
