/**
 * Holds and refunds: version 2 of the rules. One of `confirm`, `cancel` and `expire` ends an open hold, whichever the
 * log has first; the time of a hold is judged by the time in the record. Pure. In Redis the twin
 * `lua/lib/_checkout.lua` decides: a change is made in both.
 */
import { HashMap, Option } from "effect"
import type { ExpiredHold } from "../../records/checkout/Checkout.ts"
import { DEFAULT_HOLD_SECONDS, MAX_HOLD_SECONDS } from "../../records/checkout/Hold.ts"
import type { Command } from "../../records/Command.ts"
import { LAST_INSTANT } from "../../records/Instant.ts"
import * as OrderTrace from "../../records/OrderTrace.ts"
import type { HeldOrder, Item } from "../Item.ts"
import * as Ledger from "../Ledger.ts"
import { lookUp } from "../OrderLookup.ts"
import type * as Outcome from "../Outcome.ts"
import * as RefundsDue from "./RefundsDue.ts"

type Of<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** When a hold expires, in milliseconds since 1970 (UTC), by the settings at its place in the log. */
export const dueAt = (
  { settings }: Pick<Item, "settings">,
  { acceptedAt, order }: Pick<Of<"Hold">, "acceptedAt" | "order">
): number =>
  Math.min(
    LAST_INSTANT,
    acceptedAt + 1_000 * Math.min(
          order.holdSeconds ?? settings.holdSeconds ?? DEFAULT_HOLD_SECONDS,
          settings.maxHoldSeconds ?? MAX_HOLD_SECONDS,
          MAX_HOLD_SECONDS
        )
  )

const storedOf = (item: Item, requestId: Of<"Confirm">["requestId"]): HeldOrder | undefined =>
  Option.getOrUndefined(HashMap.get(item.orders, requestId))

const expired = (order: HeldOrder): HeldOrder => ({ ...order, reason: "expired" })

/**
 * An open hold is charged from now on, or sold where it is paid for already. A confirmation that comes too late is the
 * expiry. A payment that does not complete its order is due back to its buyer; one that is due back already completes
 * none.
 */
export const confirm = (item: Item, offset: number, command: Of<"Confirm">): Ledger.Decision => {
  const { attempt, reference, requestId, userId } = command
  const order = storedOf(item, requestId)
  const known = lookUp(item, offset, requestId, attempt ?? order?.attempt ?? 1)
  const isReused = userId !== undefined && order !== undefined && order.userId !== userId
  const isMeant = order !== undefined && !isReused && (attempt === undefined || attempt === order.attempt)
  if (!isMeant || order.state !== "open") {
    return RefundsDue.keep(item, offset, command, { ...known, isReused }, order)
  }
  const due = known.open?.dueAt ?? 0
  if (command.at >= due) {
    const [released, outcome] = Ledger.release(item, requestId, expired(order))
    return RefundsDue.keep(released, offset, command, outcome, undefined)
  }
  if (RefundsDue.shownTo(known.refundsDue, order.userId).some((owed) => owed.reference === reference)) {
    return [item, known]
  }
  const confirmed: HeldOrder = { ...order, state: "held", hold: { confirmedAtOffset: offset, reference } }
  return reference === undefined
    ? Ledger.turn(
      item,
      requestId,
      confirmed,
      known.open === undefined ? undefined : { ...known.open, dueAt: undefined }
    )
    : Ledger.sell(item, requestId, confirmed)
}

/** Ends an open hold whose time is over at `at`; no other. */
export const expire = (item: Item, offset: number, at: number, hold: ExpiredHold): Ledger.Decision => {
  const { attempt, requestId } = hold
  const order = storedOf(item, requestId)
  const known = lookUp(item, offset, requestId, attempt)
  const isOver = order?.state === "open" && order.attempt === attempt && at >= (known.open?.dueAt ?? 0)
  return isOver ? Ledger.release(item, requestId, expired(order)) : [item, known]
}

/**
 * Begins to give back a sale: what the engine has charged is voided at the provider first. What the shop or a person
 * has paid back is done at once.
 */
export const refund = (item: Item, offset: number, command: Of<"Refund">): Ledger.Decision => {
  const { attempt, byHand, requestId, restock } = command
  const order = storedOf(item, requestId)
  const known: Outcome.OrderOutcome = lookUp(item, offset, requestId, attempt)
  const reason = restock ? "restocked" : "written_off"
  if (order?.attempt !== attempt) return [item, known]
  if (order.state === "refunding" && byHand !== undefined && order.reason === reason) {
    return Ledger.refund(item, requestId, order)
  }
  if (order.state !== "sold") return [item, known]
  const refunding: HeldOrder = { ...order, state: "refunding", reason }
  if (byHand !== undefined || order.hold?.reference !== undefined) return Ledger.refund(item, requestId, refunding)
  const open = { dueAt: undefined, ...OrderTrace.of(command) }
  const [next, outcome] = Ledger.turn(item, requestId, refunding, open)
  return [next, { ...outcome, open }]
}
