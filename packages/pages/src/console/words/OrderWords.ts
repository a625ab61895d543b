/** Orders in words: their statuses, and the steps of their history. Pure. */
import { moneyOf } from "../../sale/TimeLeft.ts"
import type { OrderRow } from "../calls/Wire.ts"

type Look = "good" | "warn" | "bad" | "plain"

const OF_STATUS: Readonly<Record<OrderRow["status"], readonly [words: string, look: Look]>> = {
  PENDING: ["Waiting", "warn"],
  RESERVED: ["Held", "warn"],
  COMPLETED: ["Completed", "good"],
  FAILED_SOLD_OUT: ["Sold out", "plain"],
  FAILED_LIMIT: ["Over the limit", "plain"],
  FAILED_PAYMENT: ["Payment failed", "bad"],
  FAILED: ["Failed", "bad"],
  CANCELLED: ["Cancelled", "plain"],
  EXPIRED: ["Expired", "plain"],
  REFUNDED: ["Refunded", "plain"]
}

/** In the order in which an order may have them. */
export const STATUSES = Object.keys(OF_STATUS) as ReadonlyArray<OrderRow["status"]>

export const statusWords = (status: OrderRow["status"]): readonly [words: string, look: Look] =>
  Object.hasOwn(OF_STATUS, status) ? OF_STATUS[status] : [status, "plain"]

/** Those of orders that may never have held units. */
const TURNED_AWAY: ReadonlyArray<string> = ["FAILED_SOLD_OUT", "FAILED_LIMIT", "FAILED"]

/** Why a list of orders has none, by its filter. */
export const noOrdersWords = (filter: Readonly<Record<string, string>>): string => {
  const { status } = filter
  if (status === undefined) return Object.keys(filter).length === 0 ? "None has held units yet." : "None matches."
  return TURNED_AWAY.includes(status)
    ? "Orders that never held units are kept only by an engine with ORDER_EVENTS=all."
    : "None matches."
}

const OF_STEP: Readonly<Record<string, string>> = {
  "order.reserved": "Units held",
  "order.confirmed": "Confirmed",
  "order.completed": "Completed",
  "order.failed": "Failed",
  "order.expired": "Hold expired",
  "order.cancelled": "Cancelled",
  "order.refunded": "Refunded",
  "order.refund_due": "Payment due back",
  "order.cancel_requested": "Cancelling asked for",
  "order.refund_requested": "Refund asked for",
  "letter.put": "Dead letter",
  "letter.replayed": "Dead letter replayed",
  "letter.discarded": "Dead letter discarded"
}

/** Of a step of an order's history; a later engine may have others. */
export const stepWords = (type: string): string => Object.hasOwn(OF_STEP, type) ? OF_STEP[type]! : type

type Priced = Pick<OrderRow, "amount" | "price" | "currency">

/** What all units cost; undefined where that is not known, or nothing. */
export const moneyOfOrder = ({ amount, currency, price }: Priced): string | undefined =>
  amount === undefined || price === undefined || currency === undefined ? undefined : moneyOf(price * amount, currency)
