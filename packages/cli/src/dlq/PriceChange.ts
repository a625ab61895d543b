/**
 * The price of a replayed order: that of the sale when its new attempt is folded, not that of its letter. The command
 * prints where they differ.
 */
import * as Money from "../terminal/Money.ts"

interface Charged {
  readonly price?: number | undefined
  readonly currency?: string | undefined
}

const show = ({ currency, price }: Charged): string => price === undefined ? "no price" : Money.show(price, currency)

/** The change in words, to follow the line of a replay; empty where the price is the same. */
export const words = (before: Charged, now: Charged): string =>
  before.price === now.price && before.currency === now.currency
    ? ""
    : `, at ${show(now)} a unit instead of ${show(before)}`
