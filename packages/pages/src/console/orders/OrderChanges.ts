/** Cancelling an order, and giving one back: what it will do, and what came of it. */
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { OrderAnswer, OrderDetails } from "../calls/Wire.ts"
import { type Change, effects, missing, RECORDED, type Values } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"
import { moneyOfOrder, statusWords } from "../words/OrderWords.ts"

type Order = OrderDetails["order"]

const outcomeOf = (answer: OrderAnswer): string => {
  if ("status" in answer) return RECORDED
  const words = statusWords(answer.order_status)[0].toLowerCase()
  if (answer.repeated === true) return `${words} before, and nothing was done.`
  if (answer.refund === "pending") {
    return "the money is on its way back. The order is refunded once the provider says so."
  }
  return answer.done
    ? `${words}.`
    : "the charge is being voided at the provider. The order is cancelled after that."
}

const saidOf = ({ request_id: id }: Order, answer: OrderAnswer): string => `${id}: ${outcomeOf(answer)}`

/** The same id may name an order of each of several items. */
export const isSameOrder = (one: Order, other: Order): boolean =>
  one.request_id === other.request_id && one.item_id === other.item_id

const units = ({ amount }: Order): string => amount === undefined ? "Its units" : numbered(amount, "unit")
/** `1 unit is`, `2 units are`. */
const unitsAre = (order: Order): string => `${units(order)} ${order.amount === 1 ? "is" : "are"}`

export const canBeCancelled = ({ status }: Order): boolean => status === "PENDING" || status === "RESERVED"
export const canBeRefunded = ({ refund, status }: Order): boolean => status === "COMPLETED" && refund === undefined

const cancelled = (order: Order): ReadonlyArray<string> => {
  if (order.status === "RESERVED" && order.expires_at !== undefined && order.confirmed !== true) {
    return ["Ends the hold. Nobody has been charged.", `${unitsAre(order)} on sale again at once.`]
  }
  return [
    "Stops waiting for the payment: its charge is voided at the provider, so nobody pays.",
    `${unitsAre(order)} on sale again once that is certain.`,
    "Where it is paid before, the order is completed, and a refund gives it back."
  ]
}

export const cancel = (calls: AdminCalls, latest: () => Order, after: () => void): Change => ({
  title: `Cancel order ${latest().request_id}`,
  action: "Cancel the order",
  isDestructive: true,
  effects: () => {
    const order = latest()
    return canBeCancelled(order)
      ? effects(...cancelled(order))
      : missing(`It is ${statusWords(order.status)[0].toLowerCase()} already.`)
  },
  send: async ({ reason, signal }) => {
    const order = latest()
    const path = `/orders/${part(order.request_id)}/cancel`
    const body = { item_id: order.item_id, reason }
    return saidOf(order, await calls.change<OrderAnswer>("POST", path, { body }, signal))
  },
  after
})

const STOCK = [["", "Choose"], ["yes", "Back on sale"], ["no", "Not back on sale"]] as const
const BY_HAND = ["hand", "It is paid back already, by hand"] as const
const BY = [["engine", "The engine, through the payment provider"], BY_HAND] as const
const BY_SHOP = [["engine", "The shop, which took it itself"], BY_HAND] as const

const refunded = (order: Order, { by, reference = "", stock }: Values): ReturnType<Change["effects"]> => {
  if (stock !== "yes" && stock !== "no") return missing("Are its units put back on sale?")
  if (by === "hand" && reference.trim() === "") return missing("Under which reference was it paid back?")
  const money = moneyOfOrder(order) ?? "the money"
  const isShops = order.payment_reference !== undefined
  const paid = by === "hand"
    ? `Records that ${money} was paid back by hand, as ${reference.trim()}. The provider is not asked.`
    : isShops
    ? `Refunds the order at once. The shop took ${money} itself, as ${order.payment_reference}, and pays it back.`
    : `Pays ${money} back through the payment provider. The order is refunded once that has succeeded.`
  const where = stock === "yes" ? `${unitsAre(order)} back on sale then.` : `${unitsAre(order)} not put back on sale.`
  return effects(paid, where, "It cannot be undone, and the engine cannot go back to a release before 0.2 after it.")
}

export const refund = (calls: AdminCalls, latest: () => Order, after: () => void): Change => ({
  title: `Refund order ${latest().request_id}`,
  action: "Refund",
  isDestructive: true,
  fields: [
    { name: "stock", label: "Units of the order", kind: "choice", choices: STOCK },
    {
      name: "by",
      label: "Who pays the money back",
      kind: "choice",
      value: "engine",
      choices: latest().payment_reference === undefined ? BY : BY_SHOP
    },
    { name: "reference", label: "Reference of that payment", kind: "text", isAsked: ({ by }) => by === "hand" }
  ],
  effects: (values) => refunded(latest(), values),
  send: async ({ idempotencyKey, reason, signal, values }) => {
    const order = latest()
    const path = `/orders/${part(order.request_id)}/refund`
    const byHand = values["by"] === "hand" ? { by_hand: { reference: values["reference"]!.trim() } } : {}
    const body = { item_id: order.item_id, restock: values["stock"] === "yes", ...byHand, reason }
    return saidOf(order, await calls.change<OrderAnswer>("POST", path, { body, idempotencyKey }, signal))
  },
  after
})
