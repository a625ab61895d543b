/** Ending what was paid for: by the outcome of its payment, or by a command that gives it up. Pure. */
import { HashMap, Option } from "effect"
import type { OrderRef, Settlement } from "../records/Command.ts"
import type { HeldOrder, Item } from "./Item.ts"
import * as Ledger from "./Ledger.ts"
import { lookUp } from "./OrderLookup.ts"
import * as Outcome from "./Outcome.ts"

/**
 * Sells the units of a paid order, releases those of a declined or voided one, and gives back those whose money is
 * back; any other settlement is a no-op.
 */
export const settle = (item: Item, offset: number, settlement: Settlement): Ledger.Decision => {
  const stored = HashMap.get(item.orders, settlement.requestId)
  if (Option.isNone(stored)) return [item, lookUp(item, offset, settlement.requestId, settlement.attempt)]
  const order = stored.value
  const { outcome, requestId } = settlement
  if (order.attempt === settlement.attempt) {
    if (order.state === "held" && outcome === "paid") return Ledger.sell(item, requestId, order)
    if (order.state === "held" && outcome === "declined") {
      return Ledger.release(item, requestId, { ...order, reason: "declined" })
    }
    if (order.state === "voiding" && outcome === "voided") return Ledger.release(item, requestId, order)
    if (order.state === "refunding" && outcome === "voided") return Ledger.refund(item, requestId, order)
  }
  return [item, Outcome.ofHeld(requestId, order, Outcome.keptOf(item, requestId), false)]
}

/**
 * Starts to void the charge of a held order, which takes it out of `held` for good. Its units stay counted as held. A
 * hold that is open was never charged: it is released at once where it is cancelled, and cannot time out.
 */
export const startVoiding = (
  item: Item,
  offset: number,
  { attempt, requestId }: OrderRef,
  reason: "cancelled" | "timeout"
): Ledger.Decision => {
  const known = lookUp(item, offset, requestId, attempt)
  const stored = Option.getOrUndefined(HashMap.get(item.orders, requestId))
  if (stored?.attempt !== attempt) return [item, known]
  const ended: HeldOrder = { ...stored, reason }
  if (stored.state === "open" && reason === "cancelled") return Ledger.release(item, requestId, ended)
  return stored.state === "held"
    ? Ledger.turn(item, requestId, { ...ended, state: "voiding" }, known.open)
    : [item, known]
}
