/** What was done by hand, in words. Pure. */
import { countOf, moneyOf } from "../../sale/TimeLeft.ts"
import type { AuditRow } from "../calls/AccountWire.ts"
import { durationOf, numbered } from "./Figures.ts"
import { bothOf } from "./Moments.ts"

type Data = Readonly<Record<string, unknown>>

const ofObject = (value: unknown): Data => typeof value === "object" && value !== null ? value as Data : {}

const adjusted = ({ adjustment }: Data): string => {
  const { delta, target } = ofObject(adjustment)
  if (typeof target === "number") return `Set to ${numbered(target, "unit")}`
  if (typeof delta !== "number") return "Stock changed"
  return delta < 0 ? `Took out ${numbered(-delta, "unit")}` : `Put in ${numbered(delta, "unit")}`
}

/** Events have moments in milliseconds since 1970, and what is done to webhooks in ISO 8601. */
const momentIn = (value: unknown): string => {
  const millis = new Date(typeof value === "number" ? value : String(value)).getTime()
  return Number.isNaN(millis) ? String(value) : bothOf(millis)
}

/** A price and its currency come together. */
const price = ({ currency, price }: Data): string =>
  typeof price === "number" && typeof currency === "string" ? `price ${moneyOf(price, currency)}` : "no price"

type Setting = (value: unknown, sale: Data) => string

const SETTINGS: Readonly<Record<string, Setting>> = {
  paused: (value) => value === true ? "paused" : "resumed",
  opens_at: (value) => value === null ? "opens at any time" : `opens ${momentIn(value)}`,
  closes_at: (value) => value === null ? "never closes" : `closes ${momentIn(value)}`,
  per_user_limit: (value) => value === null ? "no limit per buyer" : `${countOf(Number(value))} per buyer`,
  price: (_, sale) => price(sale),
  hold_seconds: (value) => value === null ? "holds of the usual time" : `holds of ${durationOf(Number(value))}`,
  max_hold_seconds: (value) =>
    value === null ? "holds of the longest time" : `holds of ${durationOf(Number(value))} at the most`
}

const saleChanged = ({ sale }: Data): string => {
  const changed = ofObject(sale)
  const parts = Object.entries(SETTINGS).flatMap(([name, words]) =>
    name in changed ? [words(changed[name], changed)] : []
  )
  return parts.length === 0 ? "Sale changed" : `Sale: ${parts.join(", ")}`
}

const replayed = (data: Data): string => {
  const { dead, events, from, until } = data
  if (dead === true) return "Sent again what was given up"
  if (typeof events === "number") return `Sent ${numbered(events, "event")} again`
  return from === undefined ? "Sent events again" : `Sent events again from ${momentIn(from)} until ${momentIn(until)}`
}

const OF_TYPE: Readonly<Record<string, (data: Data) => string>> = {
  "item.adjusted": adjusted,
  "sale.changed": saleChanged,
  "order.cancel_requested": () => "Order cancelled",
  "order.refund_requested": () => "Refund asked for",
  "order.refunded": () => "Order refunded",
  // What came of a replay is by whoever has replayed.
  "order.failed": () => "Order failed again",
  "letter.replayed": () => "Dead letter replayed",
  "letter.discarded": () => "Dead letter discarded",
  "webhook.tested": () => "Test event sent",
  "webhook.replayed": replayed,
  "webhook.enabled": () => "Delivers again"
}

/** What one entry says that was done; the type of what a later engine does. */
export const doneOf = ({ data, type }: Pick<AuditRow, "data" | "type">): string =>
  Object.hasOwn(OF_TYPE, type) ? OF_TYPE[type]!(ofObject(data)) : type

/** The webhook that it was done to; undefined where it is about something else. */
export const webhookOf = ({ data, type }: Pick<AuditRow, "data" | "type">): string | undefined => {
  const { webhook } = ofObject(data)
  return type.startsWith("webhook.") && typeof webhook === "string" ? webhook : undefined
}
