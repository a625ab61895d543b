/** What a replay would do, as it is printed: a line for each letter, and the sums. */
import * as LetterOutcome from "@flash-sale/operations/letters/LetterOutcome"
import { type Outlook, OUTLOOKS } from "@flash-sale/operations/letters/ReplayOutlook"
import type { Preview, PreviewEntry } from "@flash-sale/operations/letters/ReplayPreview"
import * as Table from "../terminal/Table.ts"
import * as LetterWords from "./LetterWords.ts"
import * as PriceChange from "./PriceChange.ts"

const HEADINGS = ["ID", "ITEM", "REQUEST", "UNITS", "ATTEMPT", "WOULD", "NOTE"]

const WORDS: Readonly<Record<Outlook, string>> = {
  would_reserve: "hold units",
  price_changed: "hold units at another price",
  sold_out: "be sold out",
  sale_closed: "be turned away: the sale takes no orders",
  limit: "be turned away: the limit per user",
  already_sold: "do nothing: completed already",
  duplicate: "do nothing: replayed already, or twice in this list",
  still_invalid: "be refused: no order",
  too_many_attempts: "be refused: too many attempts",
  refused: "be refused"
}

/** What a person should know beside it: another price, why it is refused, or that the store does not know all yet. */
const noteOf = ({ isCertain, letter, outlook, refusal, sale }: PreviewEntry): string => {
  if (outlook === "price_changed" && letter !== undefined && sale !== undefined) {
    return PriceChange.words(letter, sale).replace(/^, /, "")
  }
  if (refusal !== undefined) return LetterWords.ofRefusal(refusal)
  return isCertain ? "" : "not certain: the partition is not folded to its end"
}

const rowOf = (entry: PreviewEntry): ReadonlyArray<string> => {
  const order = entry.next?.order
  return [
    entry.id,
    order?.itemId ?? Table.ABSENT,
    Table.harmless(order?.requestId ?? Table.ABSENT),
    order === undefined ? Table.ABSENT : String(order.amount),
    entry.next === undefined ? Table.ABSENT : String(entry.next.attempt),
    WORDS[entry.outlook],
    noteOf(entry)
  ]
}

/** A table, and below it how many letters of each kind. */
export const table = ({ entries, sums }: Preview): string =>
  [
    Table.show(HEADINGS, entries.map(rowOf)),
    "",
    ...OUTLOOKS.filter((outlook) => sums[outlook] > 0).map((outlook) => `${sums[outlook]} would ${WORDS[outlook]}`),
    "nothing was changed"
  ].join("\n")

/** One letter as a line of JSON. */
export const jsonLine = (entry: PreviewEntry): string =>
  JSON.stringify({
    ...LetterOutcome.ofPreview(entry),
    amount: entry.next?.order.amount,
    price_before: entry.letter?.price,
    price_now: entry.sale?.price,
    certain: entry.isCertain
  })
