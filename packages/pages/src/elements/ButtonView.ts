/** What the button shows: from the sale, the order and the connection to words and what can be pressed. Pure. */
import { isOver, type OrderState } from "../order/OrderState.ts"
import * as Words from "../order/Words.ts"
import { timeLeft } from "../sale/TimeLeft.ts"
import { type Action, type Message, offer, ofSale, priceOf, type Seen, waits } from "./SaleOffer.ts"

export interface ButtonView {
  readonly main: Action
  readonly other: Action | undefined
  /** What is said of the order, or of the sale where there is none; undefined where nothing is to be said. */
  readonly message: Message | undefined
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
  const { again, text, title } = seen.isGuest && code === "unauthenticated" ? Words.GUEST : Words.ofCode(code)
  const wait = until - seen.elapsed
  const message: Message = { tone: again ? "warn" : "bad", title, text }
  if (again && wait > 0) return { main: waits(`Again in ${timeLeft(wait)}`), other: undefined, message }
  return again ? after(seen, message, "Try again") : { main: waits(title), other: undefined, message }
}

const ending = (seen: Seen, { reason, status }: Extract<OrderState, { readonly kind: "ended" }>): ButtonView => {
  const { again, text, title } = Words.ofStatus(status, reason)
  const isGood = status === "COMPLETED" || status === "REFUNDED" || status === "CANCELLED"
  const message: Message = { tone: isGood ? "good" : "bad", title, text }
  if (!again) return { main: waits(title), other: undefined, message }
  const label = status === "COMPLETED" ? "Buy another" : status === "CANCELLED" ? "Buy now" : "Try again"
  return after(seen, message, label)
}

/** What there is may be held, or paid for: nothing else can be ordered until it is seen again. */
const unseen = (code: string): ButtonView => ({
  main: { label: "Try again", press: "resume" },
  other: undefined,
  message: {
    tone: "warn",
    title: Words.ofReading(code).title,
    text: "Your order cannot be seen at the moment. Nothing is lost, and nothing is bought twice."
  }
})

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
  if (order.kind === "unseen") return unseen(order.code)
  if (order.kind === "ended") return ending(seen, order)
  if (!isOver(order)) return underWay(seen)
  return { main: offer(seen), other: undefined, message: ofSale(seen) }
}
