/** Cancelling an order, and giving one back: what it will do, and what came of it. */
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { OrderAnswer, OrderDetails } from "../calls/Wire.ts"
import { type Change, effects, missing, type Values } from "../parts/Change.ts"
import { numbered } from "../words/Figures.ts"
import { moneyOfOrder, statusWords } from "../words/OrderWords.ts"

type Order = OrderDetails["order"]

const saidOf = (answer: OrderAnswer): string => {
  if ("status" in answer) return "Recorded. It is judged as soon as its place in the log is reached."
  const [words] = statusWords(answer.order_status)
  if (answer.repeated === true) return `It was so before, and nothing was done. ${words}.`
  if (answer.refund === "pending") {
    return "The money is on its way back. The order is refunded once the provider says so."
  }
  return answer.done
    ? `Done. ${words}.`
    : "The charge is being voided at the provider. The order is cancelled after that."
}

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
    const { item_id: item, request_id: id } = latest()
    const body = { item_id: item, reason }
    return saidOf(await calls.change<OrderAnswer>("POST", `/orders/${part(id)}/cancel`, { body }, signal))
  },
  after
})

const STOCK = [["", "Choose"], ["yes", "On sale again"], ["no", "Out of the books"]] as const
const BY = [["engine", "The engine, at the payment provider"], ["hand", "A person: it is paid back already"]] as const
const BY_SHOP = [["engine", "The shop, which took it itself"], ["hand", "A person: it is paid back already"]] as const

const refunded = (order: Order, { by, reference = "", stock }: Values): ReturnType<Change["effects"]> => {
  if (stock !== "yes" && stock !== "no") return missing("Where do its units go?")
  if (by === "hand" && reference.trim() === "") return missing("Under which reference was it paid back?")
  const money = moneyOfOrder(order) ?? "The money"
  const isShops = order.payment_reference !== undefined
  const paid = by === "hand"
    ? `Says that ${money} was paid back by hand, as ${reference.trim()}. The provider is not asked.`
    : isShops
    ? `It is given back at once. The shop took ${money} itself, as ${order.payment_reference}, and pays it back.`
    : `Gives ${money} back at the payment provider first. The order is refunded once that has succeeded.`
  const where = stock === "yes"
    ? `${unitsAre(order)} on sale again then.`
    : `${unitsAre(order)} out of the books then, and not on sale.`
  return effects(
    paid,
    where,
    "The first refund of an order counts. There is no way back, and none to a release before 0.2."
  )
}

export const refund = (calls: AdminCalls, latest: () => Order, after: () => void): Change => ({
  title: `Refund order ${latest().request_id}`,
  action: "Refund",
  isDestructive: true,
  fields: [
    { name: "stock", label: "Its units", kind: "choice", choices: STOCK },
    {
      name: "by",
      label: "Who gives the money back",
      kind: "choice",
      value: "engine",
      choices: latest().payment_reference === undefined ? BY : BY_SHOP
    },
    { name: "reference", label: "Its reference", kind: "text", isAsked: ({ by }) => by === "hand" }
  ],
  effects: (values) => refunded(latest(), values),
  send: async ({ idempotencyKey, reason, signal, values }) => {
    const { item_id: item, request_id: id } = latest()
    const byHand = values["by"] === "hand" ? { by_hand: { reference: values["reference"]!.trim() } } : {}
    const body = { item_id: item, restock: values["stock"] === "yes", ...byHand, reason }
    return saidOf(
      await calls.change<OrderAnswer>("POST", `/orders/${part(id)}/refund`, { body, idempotencyKey }, signal)
    )
  },
  after
})
