/** What became, or would become, of dead letters, in words. Pure. */
import { countOf, moneyOf } from "../../sale/TimeLeft.ts"
import type { LetterRow, LettersHandled } from "../calls/Wire.ts"

export type Outcome = LettersHandled["letters"][number]
export type Reason = LetterRow["reason"]

export const REASONS: ReadonlyArray<Reason> = ["Payment Timeout", "Payment Without Order", "Invalid Order Format"]

const WORDS: Readonly<Record<string, string>> = {
  would_reserve: "holds its units again, and is charged",
  price_changed: "holds its units, at another price than before",
  sold_out: "finds nothing left, and fails as sold out",
  sale_closed: "is turned away, as the sale takes no orders now",
  limit: "is turned away by the limit per buyer",
  already_sold: "is completed already",
  duplicate: "is a repetition, and changes nothing",
  still_invalid: "is not an order that could be tried",
  refused: "cannot be tried",
  too_many_attempts: "has failed too often to be tried again",
  replayed: "replayed",
  recorded: "in the log; its letter may still be open",
  discarded: "discarded",
  done_before: "done before",
  failed: "not done",
  left: "left as it is",
  unknown_letter: "there is no such letter",
  handled: "handled already",
  no_order: "is no order",
  payment_due: "is money to pay back, and no order to try",
  not_taken: "was not taken by the rules of then",
  order_unknown: "nobody knows its buyer and units any more",
  unreadable_value: "is not readable as an order",
  being_placed: "is being placed again by its buyer just now",
  other_item: "belongs to an order for another item now",
  item_stopped: "its item stands still",
  attempt_unknown: "the status of its attempt is not written yet",
  not_failed: "its order has not failed",
  not_tried: "there was no time for it"
}

const wordsOf = (code: string): string => Object.hasOwn(WORDS, code) ? WORDS[code]! : code.replaceAll("_", " ")

/** What is said of an outcome that is not certain. */
const UNCERTAIN = ", as far as is known"

const priceOf = (price: number | undefined, currency: string | undefined): string =>
  price === undefined || currency === undefined ? "no price" : moneyOf(price, currency)

/** Of one letter. */
export const outcomeWords = (outcome: Outcome): string => {
  const why = outcome.code === undefined || outcome.code === outcome.outcome ? "" : `: ${wordsOf(outcome.code)}`
  const status = outcome.order_status === undefined ? "" : ` (${outcome.order_status})`
  const prices = outcome.outcome === "price_changed"
    ? `: ${priceOf(outcome.price_now, outcome.currency_now)} instead of ` +
      priceOf(outcome.price_before, outcome.currency_before)
    : ""
  return `${wordsOf(outcome.outcome)}${why}${status}${prices}${outcome.certain === false ? UNCERTAIN : ""}`
}

/** What is tried again where it is asked for: its order's next attempt goes into the log. */
const TRIED = ["would_reserve", "price_changed", "sold_out", "sale_closed", "limit"]
const HOLDS = ["would_reserve", "price_changed"]

/** Those of which a replay makes an attempt. */
export const tried = (letters: ReadonlyArray<Outcome>): ReadonlyArray<Outcome> =>
  letters.filter(({ outcome }) => TRIED.includes(outcome))

/** Those of which an attempt would hold units. */
export const holding = (letters: ReadonlyArray<Outcome>): ReadonlyArray<Outcome> =>
  letters.filter(({ outcome }) => HOLDS.includes(outcome))

const UNDONE = ["failed", "left"]

/** Whether it was handled, now or before; else a reason why not. */
export const isDone = ({ outcome }: Outcome): boolean =>
  ["replayed", "recorded", "discarded", "done_before"].includes(outcome)

/** Whether it may be done if it is sent again without those that stood in the way. */
export const isLeft = ({ outcome }: Outcome): boolean => UNDONE.includes(outcome)

/** How many of each outcome: a line each, those with the most first. What is not certain has lines of its own. */
export const sumLines = (letters: ReadonlyArray<Outcome>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { certain, code, outcome } of letters) {
    const plain = outcome === "refused" && code !== undefined ? wordsOf(code) : wordsOf(outcome)
    const words = certain === false ? plain + UNCERTAIN : plain
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([words, count]) =>
    `${countOf(count)}: ${words}`
  )
}
