/** How an item is sold, in words. Pure. */
import { digitsEver } from "@flash-sale/domain/records/Currencies"
import { saleStateOf } from "../../sale/SaleState.ts"
import { moneyOf } from "../../sale/TimeLeft.ts"
import type { ItemRow } from "../calls/Wire.ts"
import { shortOf } from "./Moments.ts"

export interface SaleWords {
  readonly look: "good" | "warn" | "plain"
  readonly words: string
}

/** `now` in milliseconds since 1970. */
export const saleWordsOf = (
  item: Pick<ItemRow, "available" | "held" | "sale" | "item_id" | "sold">,
  now: number
): SaleWords => {
  const state = saleStateOf(item, now)
  switch (state.kind) {
    case "open":
      return { look: "good", words: "Open" }
    case "paused":
      return { look: "warn", words: "Paused" }
    case "before":
      return { look: "plain", words: `Opens ${shortOf(state.opensAt)}` }
    case "closed":
      return { look: "plain", words: "Closed" }
    case "sold_out":
      return { look: "plain", words: "Sold out" }
  }
}

/** How many units went within a time that was measured, those that came back taken off. */
export interface Pace {
  readonly seconds: number
  readonly units: number
}

/** Of less nothing is said: a few holds in a few seconds are no pace. */
const LEAST: Pace = { seconds: 20, units: 10 }

/** In how many seconds nothing is left, if it goes on like this; undefined where that cannot be said. */
export const soldOutIn = (
  item: Parameters<typeof saleWordsOf>[0],
  pace: Pace | undefined,
  now: number
): number | undefined => {
  if (pace === undefined || pace.seconds < LEAST.seconds || pace.units < LEAST.units) return undefined
  return saleStateOf(item, now).kind === "open" ? item.available * pace.seconds / pace.units : undefined
}

/** The price of one unit; undefined where there is none. */
export const priceOf = ({ currency, price }: Pick<ItemRow["sale"], "currency" | "price">): string | undefined =>
  price === undefined || currency === undefined ? undefined : moneyOf(price, currency)

/** An amount in the smallest unit as it is typed: `12.50`. */
export const typedPrice = (smallest: number, currency: string): string => {
  const digits = digitsEver(currency) ?? 0
  return (smallest / 10 ** digits).toFixed(digits)
}

/** What was typed in the smallest unit; undefined where it is no amount of this currency. */
export const smallestOf = (typed: string, currency: string): number | undefined => {
  const digits = digitsEver(currency)
  const [, whole, fraction = ""] = /^(\d{1,13})(?:[.,](\d+))?$/.exec(typed.trim()) ?? []
  if (whole === undefined || digits === undefined || fraction.length > digits) return undefined
  return Number(whole + fraction.padEnd(digits, "0"))
}
