/** Changes of how an item is sold: what they will do, and what came of them. */
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { ItemDetails, SaleAnswer } from "../calls/Wire.ts"
import { type Change, type Effects, effects, missing, RECORDED, type Values } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"
import { bothOf, fieldOf, isoOf } from "../words/Moments.ts"

export type Item = Pick<ItemDetails, "item_id" | "held" | "sale">
type Settings = Readonly<Record<string, string | number | boolean | null>>

/** What is to be set, and what that does; or why it cannot be said. */
export type Wanted = { readonly settings: Settings; readonly lines: ReadonlyArray<string> } | { readonly why: string }

export const NOTHING: Wanted = { why: "Nothing is changed yet." }
const LATER = "Orders that are in the log by then are judged by the settings of before."

const effectsOf = (wanted: Wanted): Effects => "why" in wanted ? missing(wanted.why) : effects(...wanted.lines, LATER)

/** What a change says of itself; `done` is said of it afterwards. */
type SaleWords = Pick<Change, "title" | "action" | "isDestructive" | "fields"> & { readonly done: string }

/** A change of what `wanted` makes of the fields. */
export const saleChange = (
  calls: AdminCalls,
  { item_id: id }: Item,
  { done, ...words }: SaleWords,
  wanted: (values: Values) => Wanted,
  after: () => void
): Change => ({
  ...words,
  effects: (values) => effectsOf(wanted(values)),
  send: async ({ reason, signal, values }) => {
    const found = wanted(values)
    if ("why" in found) return found.why
    const answer = await calls.change<SaleAnswer>(
      "PATCH",
      `/items/${part(id)}/sale`,
      { body: { ...found.settings, reason } },
      signal
    )
    return `${id}: ${"status" in answer ? RECORDED : `${done}.`}`
  },
  after
})

export const pause = (calls: AdminCalls, item: Item, after: () => void): Change => {
  const isPaused = item.sale.paused
  const title = `${isPaused ? "Resume" : "Pause"} the sale of ${item.item_id}`
  const held = item.held === 0
    ? "Nobody holds units now."
    : `${
      numbered(item.held, "unit")
    } that buyers hold can still be paid for; what comes back waits until the sale is resumed.`
  const lines = isPaused
    ? ["Orders are taken again, within the times of the sale."]
    : ["No more orders are taken until the sale is resumed: buyers are told that it is paused.", held]
  const [action, done] = isPaused ? ["Resume", "resumed"] : ["Pause", "paused"]
  return saleChange(calls, item, { title, action, done, isDestructive: !isPaused }, () => ({
    settings: { paused: !isPaused },
    lines
  }), after)
}

const fieldOfMoment = (iso: string | undefined): string => iso === undefined ? "" : fieldOf(Date.parse(iso))

/**
 * The moment that is meant: that of before where nobody typed another one. A field has no milliseconds, and cannot say
 * which hour is meant of the two when clocks are put back.
 */
const momentOf = (typed: string | undefined, before: string | undefined): string | undefined => {
  const iso = isoOf(typed ?? "")
  return iso === isoOf(fieldOfMoment(before)) ? before : iso
}

const ofTimes = ({ sale }: Item, { closes, opens }: Values): Wanted => {
  const [from, until] = [momentOf(opens, sale.opens_at), momentOf(closes, sale.closes_at)]
  if (from !== undefined && until !== undefined && Date.parse(until) <= Date.parse(from)) {
    return { why: "It would close before it opens." }
  }
  const settings: Record<string, string | null> = {}
  const lines: Array<string> = []
  if (from !== sale.opens_at) {
    settings["opens_at"] = from ?? null
    lines.push(
      from === undefined ? "It has no opening: orders are taken at once." : `Opens ${bothOf(Date.parse(from))}.`
    )
  }
  if (until !== sale.closes_at) {
    settings["closes_at"] = until ?? null
    lines.push(until === undefined ? "It has no end." : `Closes ${bothOf(Date.parse(until))}.`)
  }
  return lines.length === 0 ? NOTHING : { settings, lines }
}

export const times = (calls: AdminCalls, item: Item, after: () => void): Change =>
  saleChange(calls, item, {
    title: `Times of the sale of ${item.item_id}`,
    action: "Set the times",
    done: "times set",
    fields: [
      { name: "opens", label: "Opens", kind: "moment", value: fieldOfMoment(item.sale.opens_at) },
      { name: "closes", label: "Closes", kind: "moment", value: fieldOfMoment(item.sale.closes_at) }
    ]
  }, (values) =>
    ofTimes(item, values), after)
