/** What the button shows: from the sale, the order and the connection to words and what can be pressed. Pure. */
import type { ItemStanding } from "@flash-sale/client"
import { isOver, type OrderState } from "../order/OrderState.ts"
import * as Words from "../order/Words.ts"
import type { SaleState } from "../sale/SaleState.ts"
import { momentOf, moneyOf, timeLeft } from "../sale/TimeLeft.ts"

/** What a press does. */
export type Press = "buy" | "pay" | "return" | "clear"

export interface Action {
  readonly label: string
  /** Undefined where it cannot be pressed now. */
  readonly press: Press | undefined
  /** In place of a label that changes each second, for who hears it. */
  readonly said?: string
}

export interface Message {
  readonly tone: "plain" | "good" | "warn" | "bad"
  readonly title: string
  readonly text: string
  /** In place of a title that changes each second, for who hears it. */
  readonly said?: string
}

export interface ButtonView {
  readonly main: Action
  readonly other: Action | undefined
  /** What is said of the order, or of the sale where there is none; undefined where nothing is to be said. */
  readonly message: Message | undefined
}

export interface Seen {
  readonly item: ItemStanding | undefined
  readonly sale: SaleState | undefined
  readonly order: OrderState
  readonly isOnline: boolean
  /** Why the item is not shown; undefined where it is. */
  readonly refused: string | undefined
  /** The engine's clock, and one that nobody sets: milliseconds. */
  readonly now: number
  readonly elapsed: number
}

const waits = (label: string): Action => ({ label, press: undefined })

/** Of one unit, as people write it; undefined where the sale has none. */
export const priceOf = ({ currency, price }: Pick<ItemStanding["sale"], "currency" | "price">): string | undefined =>
  price === undefined || currency === undefined ? undefined : moneyOf(price, currency)

/** The button where no order is under way. */
const offer = ({ isOnline, item, now, refused, sale }: Seen): Action => {
  if (refused === "unknown_item") return waits("Not for sale")
  if (item === undefined || sale === undefined) return waits(refused === undefined ? "Loading" : "Not reachable")
  if (!isOnline) return waits("Offline")
  if (sale.kind === "before") {
    return { label: `Opens in ${timeLeft(sale.opensAt - now)}`, press: undefined, said: "Not open yet" }
  }
  if (sale.kind === "paused") return waits("Paused")
  if (sale.kind === "closed") return waits("Closed")
  if (sale.kind === "sold_out") return waits("Sold out")
  const price = priceOf(item.sale)
  return { label: price === undefined ? "Buy now" : `Buy for ${price}`, press: "buy" }
}

const ofSale = ({ item, now, refused, sale }: Seen): Message | undefined => {
  if (item === undefined || sale === undefined) {
    return refused === undefined ? undefined : { tone: "warn", ...Words.ofCode(refused) }
  }
  if (sale.kind === "paused") return { tone: "warn", ...Words.ofCode("paused") }
  if (sale.kind === "closed") return { tone: "plain", ...Words.ofCode("closed") }
  if (sale.kind === "before") return { tone: "plain", title: "Opens", text: momentOf(sale.opensAt) }
  if (sale.kind === "open") {
    return sale.closesAt === undefined
      ? undefined
      : {
        tone: "plain",
        title: `Ends in ${timeLeft(sale.closesAt - now)}`,
        text: momentOf(sale.closesAt),
        said: "Ends"
      }
  }
  const text = sale.mayComeBack
    ? `${item.held} not paid for yet. What comes back can be bought here.`
    : "Every unit is sold."
  return { tone: "plain", title: "Sold out", text }
}

const held = (seen: Seen, until: number | undefined, problem: string | undefined): ButtonView => {
  const price = seen.item === undefined ? undefined : priceOf(seen.item.sale)
  const left = until === undefined ? "" : ` for ${timeLeft(until - seen.now)}`
  return {
    main: { label: price === undefined ? "Pay now" : `Pay ${price}`, press: seen.isOnline ? "pay" : undefined },
    other: { label: "Give it back", press: seen.isOnline ? "return" : undefined },
    message: problem === undefined
      ? { tone: "good", title: `Yours${left}`, text: "Pay in time, or it goes back.", said: "Yours" }
      : {
        tone: "warn",
        title: `Yours${left}`,
        text: `${Words.ofCode(problem).title}. Please try again.`,
        said: "Yours"
      }
  }
}

/** After an order that is over: another one, where the sale has some. */
const after = (seen: Seen, message: Message, label: string): ButtonView => {
  const now = offer(seen)
  return {
    main: now.press === undefined ? now : { label, press: now.press },
    other: { label: "Close", press: "clear" },
    message
  }
}

const refusal = (seen: Seen, code: string, until: number): ButtonView => {
  const { again, text, title } = Words.ofCode(code)
  const wait = until - seen.elapsed
  const message: Message = { tone: again ? "warn" : "bad", title, text }
  if (again && wait > 0) return { main: waits(`Again in ${timeLeft(wait)}`), other: undefined, message }
  return again ? after(seen, message, "Try again") : { main: waits(title), other: undefined, message }
}

const ending = (seen: Seen, status: string): ButtonView => {
  const { again, text, title } = Words.ofStatus(status)
  const isGood = status === "COMPLETED" || status === "REFUNDED" || status === "CANCELLED"
  const message: Message = { tone: isGood ? "good" : "bad", title, text }
  if (!again) return { main: waits(title), other: undefined, message }
  const label = status === "COMPLETED" ? "Buy another" : status === "CANCELLED" ? "Buy now" : "Try again"
  return after(seen, message, label)
}

const underWay = (seen: Seen): ButtonView => {
  const { order } = seen
  const plain = (title: string, text: string): ButtonView => ({
    main: waits(title),
    other: undefined,
    message: { tone: "plain", title, text }
  })
  switch (order.kind) {
    case "held":
      return held(seen, order.until, order.problem)
    case "paying":
      return plain("Paying", "The payment is under way.")
    case "returning":
      return plain("Giving it back", "One moment.")
    case "waiting":
      return plain("In line", "Your order is in, and is decided in its turn.")
    default:
      return plain("Sending", "Your order is on its way.")
  }
}

export const viewOf = (seen: Seen): ButtonView => {
  const { order } = seen
  if (order.kind === "refused") return refusal(seen, order.code, order.until)
  if (order.kind === "ended") return ending(seen, order.status)
  if (!isOver(order)) return underWay(seen)
  return { main: offer(seen), other: undefined, message: ofSale(seen) }
}
