/** Changes of what an item costs, and of how much one buyer may have for how long: what they will do. */
import { digitsEver } from "@flash-sale/domain/records/Currencies"
import { moneyOf } from "../../sale/TimeLeft.ts"
import type { AdminCalls } from "../calls/AdminCalls.ts"
import { type Change, type Values, wholeOf } from "../parts/Change.ts"
import { durationOf, numbered } from "../words/Figures.ts"
import { smallestOf, typedPrice } from "../words/SaleWords.ts"
import { type Item, NOTHING, saleChange, type Wanted } from "./SaleChanges.ts"

const ofPrice = ({ sale }: Item, { currency = "", price = "" }: Values): Wanted => {
  const code = currency.trim().toUpperCase()
  if (price.trim() === "") {
    return sale.price === undefined
      ? { why: "What does one unit cost?" }
      : { settings: { price: null, currency: null }, lines: ["A unit has no price from then on."] }
  }
  if (digitsEver(code) === undefined) return { why: "Which currency? Its code, such as EUR." }
  const smallest = smallestOf(price, code)
  if (smallest === undefined) return { why: `No amount of ${code}.` }
  if (smallest === sale.price && code === sale.currency) return NOTHING
  return {
    settings: { price: smallest, currency: code },
    lines: [`A unit costs ${moneyOf(smallest, code)} from then on. What is held keeps its price.`]
  }
}

export const price = (calls: AdminCalls, item: Item, after: () => void): Change => {
  const { currency, price } = item.sale
  const typed = price === undefined || currency === undefined ? "" : typedPrice(price, currency)
  return saleChange(
    calls,
    item,
    {
      title: `Price of ${item.item_id}`,
      action: "Set the price",
      done: "price set",
      fields: [
        { name: "price", label: "Price of one unit", kind: "text", value: typed, hint: "Empty: no price." },
        { name: "currency", label: "Currency", kind: "text", value: currency ?? "EUR" }
      ]
    },
    (values) => ofPrice(item, values),
    after
  )
}

const ofLimit = ({ sale }: Item, { units = "" }: Values): Wanted => {
  if (units.trim() === "") {
    return sale.per_user_limit === undefined
      ? { why: "How many units may one buyer have?" }
      : { settings: { per_user_limit: null }, lines: ["A buyer may buy as many as there are."] }
  }
  const limit = wholeOf(units)
  if (limit === undefined || limit < 1) return { why: "A whole number from 1 on, or nothing." }
  if (limit === sale.per_user_limit) return NOTHING
  return {
    settings: { per_user_limit: limit },
    lines: [
      `One buyer may have ${numbered(limit, "unit")} at the most, those of before included.`,
      "Nothing that was bought is taken back."
    ]
  }
}

export const limit = (calls: AdminCalls, item: Item, after: () => void): Change =>
  saleChange(calls, item, {
    title: `Limit per buyer of ${item.item_id}`,
    action: "Set the limit",
    done: "limit set",
    fields: [{
      name: "units",
      label: "Units that one buyer may have",
      kind: "number",
      value: String(item.sale.per_user_limit ?? ""),
      hint: "Empty: no limit."
    }]
  }, (values) =>
    ofLimit(item, values), after)

/** What the engine does where nothing is set, in seconds. */
export const HOLD = { usual: 600, most: 3_600 }

const ofHolds = ({ sale }: Item, { most = "", usual = "" }: Values): Wanted => {
  const read = (text: string) => text.trim() === "" ? null : wholeOf(text)
  const [hold, longest] = [read(usual), read(most)]
  const isWrong = (seconds: number | null | undefined) =>
    seconds === undefined || (seconds !== null && (seconds < 1 || seconds > HOLD.most))
  if (isWrong(hold) || isWrong(longest)) return { why: `Whole seconds from 1 to ${HOLD.most}, or nothing.` }
  const isSame = hold === (sale.hold_seconds ?? null) && longest === (sale.max_hold_seconds ?? null)
  if (isSame) return NOTHING
  return {
    settings: { hold_seconds: hold!, max_hold_seconds: longest! },
    lines: [
      `A hold lasts ${durationOf(hold ?? HOLD.usual)}, and ${durationOf(longest ?? HOLD.most)} at the most.`,
      "The item is folded by version 2 of the rules from then on, for ever: there is no way back to a release before."
    ]
  }
}

export const holds = (calls: AdminCalls, item: Item, after: () => void): Change =>
  saleChange(calls, item, {
    title: `How long ${item.item_id} is held`,
    action: "Set the holds",
    done: "holds set",
    fields: [
      {
        name: "usual",
        label: "A hold lasts",
        kind: "number",
        unit: "seconds",
        value: String(item.sale.hold_seconds ?? ""),
        hint: `Empty: ${HOLD.usual}.`
      },
      {
        name: "most",
        label: "At the most",
        kind: "number",
        unit: "seconds",
        value: String(item.sale.max_hold_seconds ?? ""),
        hint: `Empty: ${HOLD.most}.`
      }
    ]
  }, (values) =>
    ofHolds(item, values), after)
