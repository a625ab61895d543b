/** Ending a hold: by the outcome of its payment, or by a command that gives it up. Pure. */
import { HashMap, Option } from "effect"
import type { OrderRef, Settlement } from "../records/Command.ts"
import type { RequestId } from "../records/Ids.ts"
import type { HeldOrder, Item } from "./Item.ts"
import { bought, lookUp } from "./OrderLookup.ts"
import * as Outcome from "./Outcome.ts"

type Decision = readonly [item: Item, order: Outcome.OrderOutcome]

/** Sells the units of a paid order and releases those of a declined or voided one; any other settlement is a no-op. */
export const settle = (item: Item, offset: number, settlement: Settlement): Decision => {
  const stored = HashMap.get(item.orders, settlement.requestId)
  if (Option.isNone(stored)) return [item, lookUp(item, offset, settlement.requestId, settlement.attempt)]
  const order = stored.value
  const { outcome, requestId } = settlement
  if (order.attempt === settlement.attempt) {
    if (order.state === "held" && outcome === "paid") return sell(item, requestId, order)
    if (order.state === "held" && outcome === "declined") {
      return release(item, requestId, { ...order, reason: "declined" })
    }
    if (order.state === "voiding" && outcome === "voided") return release(item, requestId, order)
  }
  return [item, Outcome.ofHeld(requestId, order, false)]
}

const sell = (item: Item, requestId: RequestId, order: HeldOrder): Decision => {
  const sold: HeldOrder = { ...order, state: "sold" }
  return [{
    ...item,
    held: item.held - order.amount,
    sold: item.sold + order.amount,
    orders: HashMap.set(item.orders, requestId, sold)
  }, Outcome.ofHeld(requestId, sold, true)]
}

const release = (item: Item, requestId: RequestId, order: HeldOrder): Decision => {
  const released: HeldOrder = { ...order, state: "released", countsAgainstLimit: false }
  return [{
    ...item,
    available: item.available + order.amount,
    held: item.held - order.amount,
    orders: HashMap.set(item.orders, requestId, released),
    buyers: order.countsAgainstLimit
      ? HashMap.set(item.buyers, order.userId, bought(item, order.userId) - order.amount)
      : item.buyers
  }, Outcome.ofHeld(requestId, released, true)]
}

/** Starts to void the charge of a held order, which takes it out of `held` for good. Its units stay counted as held. */
export const startVoiding = (
  item: Item,
  offset: number,
  { attempt, requestId }: OrderRef,
  reason: "cancelled" | "timeout"
): Decision => {
  const known = lookUp(item, offset, requestId, attempt)
  if (known.state !== "held" || known.attempt !== attempt) return [item, known]
  const voiding: HeldOrder = { ...HashMap.getUnsafe(item.orders, requestId), state: "voiding", reason }
  return [
    { ...item, orders: HashMap.set(item.orders, requestId, voiding) },
    Outcome.ofHeld(requestId, voiding, true)
  ]
}
