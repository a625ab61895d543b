/** The sale of an item as it is printed: its counts, whether it takes orders now, and what is set. */
import { DEFAULT_HOLD_SECONDS, MAX_HOLD_SECONDS } from "@flash-sale/domain/records/checkout/Hold"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import * as Kind from "@flash-sale/infra/settings/Kind"
import type { ShownItem, ShownSummary } from "@flash-sale/operations/items/ItemView"
import { Duration } from "effect"
import * as Money from "../terminal/Money.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

/** Whether orders are taken at `now` (milliseconds since 1970, UTC), by the rules of `PlaceRule` and in their order. */
const state = ({ closesAt, opensAt, paused }: SaleSettings, now: number): string => {
  if (paused) return "paused"
  if (opensAt !== undefined && closesAt !== undefined && opensAt >= closesAt) return "closed: it closes before it opens"
  if (opensAt !== undefined && now < opensAt) return "not open yet"
  return closesAt !== undefined && now >= closesAt ? "closed" : "open"
}

const NONE = "none"
const orNone = <A>(value: A | undefined, show: (value: A) => string): string => value === undefined ? NONE : show(value)

/** A price of 0 is one: the item is given away, and the payment provider is asked for nothing. */
const priceOf = (price: number, currency: string | undefined): string =>
  price === 0 ? `free (${Money.show(price, currency)})` : Money.show(price, currency)

const lasting = (seconds: number): string => Kind.formatDuration(Duration.seconds(seconds))

/** How long a hold lasts that does not say it, and the longest that one may last: each as set, or as for every item. */
const holdsOf = ({ holdSeconds, maxHoldSeconds }: SaleSettings): string => {
  const lasts = holdSeconds === undefined ? `${lasting(DEFAULT_HOLD_SECONDS)} by default` : lasting(holdSeconds)
  const most = maxHoldSeconds === undefined ? `${lasting(MAX_HOLD_SECONDS)} by default` : lasting(maxHoldSeconds)
  return `${lasts}, at most ${most}`
}

/** Of `row`. */
export const HEADINGS = ["ITEM", "SALE", "AVAILABLE", "OPENS", "CLOSES", "LIMIT", "PRICE"]

/** The same as one row of a table. */
export const row = ({ itemId, stopped, summary }: ShownItem, now: number): ReadonlyArray<string> => {
  if (summary === undefined) return [itemId, `stopped: ${stopped}`, "", "", "", "", ""]
  const { available, settings } = summary
  return [
    itemId,
    state(settings, now),
    String(available),
    orNone(settings.opensAt, TimeArgument.show),
    orNone(settings.closesAt, TimeArgument.show),
    orNone(settings.perUserLimit, String),
    orNone(settings.price, (price) => priceOf(price, settings.currency))
  ]
}

export const sale = (itemId: ItemId, summary: ShownSummary, now: number): string => {
  const { available, held, settings, sold } = summary
  return [
    `item ${itemId}: available ${available}, held ${held}, sold ${sold}`,
    `sale:    ${state(settings, now)}`,
    `opens:   ${orNone(settings.opensAt, TimeArgument.show)}`,
    `closes:  ${orNone(settings.closesAt, TimeArgument.show)}`,
    `limit:   ${orNone(settings.perUserLimit, (units) => `${units} per user`)}`,
    `holds:   ${holdsOf(settings)}`,
    `price:   ${orNone(settings.price, (price) => priceOf(price, settings.currency))}`
  ].join("\n")
}
