/** What a replay would do, as it is printed: a line for each letter, and the sums. */
import { type Outlook, OUTLOOKS } from "@flash-sale/operations/letters/ReplayOutlook"
import type { PreviewRow } from "../engine/LetterView.ts"
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
const noteOf = ({ before, isCertain, now, outlook, refusal }: PreviewRow): string => {
  if (outlook === "price_changed" && before !== undefined && now !== undefined) {
    return PriceChange.words(before, now).replace(/^, /, "")
  }
  if (refusal !== undefined) return LetterWords.ofRefusal(refusal)
  return isCertain ? "" : "not certain: the partition is not folded to its end"
}

const rowOf = (row: PreviewRow): ReadonlyArray<string> => [
  row.id,
  row.itemId ?? Table.ABSENT,
  Table.harmless(row.requestId ?? Table.ABSENT),
  String(row.amount ?? Table.ABSENT),
  String(row.attempt ?? Table.ABSENT),
  WORDS[row.outlook],
  noteOf(row)
]

/** A table, and below it how many letters of each kind. */
export const table = (rows: ReadonlyArray<PreviewRow>): string => {
  const count = (outlook: Outlook) => rows.filter((row) => row.outlook === outlook).length
  return [
    Table.show(HEADINGS, rows.map(rowOf)),
    "",
    ...OUTLOOKS.filter((outlook) => count(outlook) > 0).map((outlook) => `${count(outlook)} would ${WORDS[outlook]}`),
    "nothing was changed"
  ].join("\n")
}

/** One letter as a line of JSON. */
export const jsonLine = (row: PreviewRow): string =>
  JSON.stringify({
    id: row.id,
    outcome: row.outlook,
    item_id: row.itemId ?? null,
    request_id: row.requestId ?? null,
    amount: row.amount ?? null,
    attempt: row.attempt ?? null,
    price_before: row.before?.price ?? null,
    price_now: row.now?.price ?? null,
    certain: row.isCertain,
    code: (typeof row.refusal === "string" ? row.refusal : row.refusal?.code) ?? null
  })
