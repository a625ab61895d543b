/** What the button says of a sale, and whether it can be pressed, where no order is under way. Pure. */
import type { ItemStanding } from "@flash-sale/client"
import type { OrderState } from "../order/OrderState.ts"
import * as Words from "../order/Words.ts"
import type { SaleState } from "../sale/SaleState.ts"
import { momentOf, moneyOf, timeLeft } from "../sale/TimeLeft.ts"

/** What a press does. */
export type Press = "buy" | "pay" | "return" | "clear" | "resume"

export interface Action {
  readonly label: string
  /** Undefined where it cannot be pressed now. */
  readonly press: Press | undefined
}

export interface Message {
  readonly tone: "plain" | "good" | "warn" | "bad"
  readonly title: string
  readonly text: string
  /** In place of a title that changes each second, for who hears it. */
  readonly said?: string
}

export interface Seen {
  readonly item: ItemStanding | undefined
  readonly sale: SaleState | undefined
  readonly order: OrderState
  /** Whether there is no token, so that the buyer is a guest of this window. */
  readonly isGuest: boolean
  /** Whether the engine is known to take no order of a guest. */
  readonly needsToken: boolean
  readonly isOnline: boolean
  /** Whether what is shown of the item may be old. */
  readonly isStale: boolean
  /** Why nothing new is told of the item, as a code; undefined where something is. */
  readonly problem: string | undefined
  /** The engine's clock, and one that nobody sets: milliseconds. */
  readonly now: number
  readonly elapsed: number
}

export const waits = (label: string): Action => ({ label, press: undefined })

/** Of one unit, as people write it; undefined where the sale has none. */
export const priceOf = ({ currency, price }: Pick<ItemStanding["sale"], "currency" | "price">): string | undefined =>
  price === undefined || currency === undefined ? undefined : moneyOf(price, currency)

/** The button where no order is under way. */
export const offer = ({ isGuest, isOnline, item, needsToken, now, problem, sale }: Seen): Action => {
  if (item === undefined && problem === "unknown_item") return waits("Not for sale")
  if (item === undefined || sale === undefined) return waits(problem === undefined ? "Loading" : "Not reachable")
  if (!isOnline) return waits("Offline")
  if (sale.kind === "before") {
    return { label: `Opens in ${timeLeft(sale.opensAt - now)}`, press: undefined }
  }
  if (sale.kind === "paused") return waits("Paused")
  if (sale.kind === "closed") return waits("Closed")
  if (sale.kind === "sold_out") return waits("Sold out")
  if (isGuest && needsToken) return waits(Words.GUEST.title)
  const price = priceOf(item.sale)
  return { label: price === undefined ? "Buy now" : `Buy for ${price}`, press: "buy" }
}

/** What is said where nobody has ordered; undefined where nothing is to be said. */
export const ofSale = ({ isGuest, item, needsToken, now, problem, sale }: Seen): Message | undefined => {
  if (item === undefined || sale === undefined) {
    return problem === undefined ? undefined : { tone: "warn", ...Words.ofSilence(problem) }
  }
  if (sale.kind === "paused") return { tone: "warn", ...Words.ofCode("paused") }
  if (sale.kind === "closed") return { tone: "plain", ...Words.ofCode("closed") }
  if (sale.kind === "before") return { tone: "plain", title: "Opens", text: momentOf(sale.opensAt) }
  if (sale.kind === "open") {
    if (isGuest && needsToken) return { tone: "plain", ...Words.GUEST }
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
