/**
 * Placing an order: its units are held, or it is rejected. Pure. In Redis its twin `lua/lib/_place.lua` decides: a
 * change is made in both.
 */
import { HashMap } from "effect"
import type { Command } from "../records/Command.ts"
import {
  forgetting,
  type HeldOrder,
  isRemembered,
  type Item,
  REJECTED_REMEMBERED,
  type RejectionReason
} from "./Item.ts"
import { bought, lookUp } from "./OrderLookup.ts"
import * as Outcome from "./Outcome.ts"
import * as ReusedRequestId from "./ReusedRequestId.ts"

type Place = Extract<Command, { readonly _tag: "Place" }>
type Decision = readonly [item: Item, order: Outcome.OrderOutcome]

/**
 * The item after the order, and the order's outcome. An order that is known already changes nothing, but for the next
 * attempt of one whose units were released. So does an order under the request id of another one: it is `isReused`.
 */
export const place = (item: Item, offset: number, command: Place): Decision => {
  const { requestId } = command.order
  const known = lookUp(item, offset, requestId, command.attempt)
  const isNextAttempt = known.state === "released" && command.attempt === known.attempt + 1
  if (known.state !== "unknown" && !isNextAttempt) return [item, ReusedRequestId.ofPlace(known, offset, command.order)]
  const reason = rejectionOf(item, bought(item, command.order.userId), command)
  if (reason === undefined) return hold(item, offset, command)
  return isNextAttempt ? rejectAttempt(item, offset, command, reason) : reject(item, offset, command, reason)
}

/**
 * Why an order cannot hold units, by the first rule that it breaks; undefined where it can. `boughtUnits` are those of
 * its buyer that count against the limit.
 */
export const rejectionOf = (
  item: Pick<Item, "available" | "settings">,
  boughtUnits: number,
  { acceptedAt, order }: Pick<Place, "acceptedAt" | "order">
): RejectionReason | undefined => {
  const { closesAt, opensAt, paused, perUserLimit } = item.settings
  if (paused) return "paused"
  if (opensAt !== undefined && acceptedAt < opensAt) return "not_open"
  if (closesAt !== undefined && acceptedAt >= closesAt) return "closed"
  if (perUserLimit !== undefined && boughtUnits + order.amount > perUserLimit) return "limit"
  if (order.amount > item.available) return "sold_out"
  return undefined
}

const hold = (item: Item, offset: number, { attempt, order }: Place): Decision => {
  const countsAgainstLimit = item.settings.perUserLimit !== undefined
  const held: HeldOrder = {
    state: "held",
    userId: order.userId,
    amount: order.amount,
    attempt,
    placedAtOffset: offset,
    countsAgainstLimit,
    price: item.settings.price,
    currency: item.settings.currency,
    reason: undefined
  }
  return [{
    ...item,
    available: item.available - order.amount,
    held: item.held + order.amount,
    orders: HashMap.set(item.orders, order.requestId, held),
    buyers: countsAgainstLimit
      ? HashMap.set(item.buyers, order.userId, bought(item, order.userId) + order.amount)
      : item.buyers
  }, Outcome.ofHeld(order.requestId, held, true)]
}

const reject = (item: Item, offset: number, { attempt, order }: Place, reason: RejectionReason): Decision => {
  const rejectedCount = item.rejectedCount + 1
  const rejected = forgetting(
    HashMap.set(item.rejected, order.requestId, { n: rejectedCount, reason }),
    REJECTED_REMEMBERED,
    ({ n }) => isRemembered(n, rejectedCount, REJECTED_REMEMBERED)
  )
  return [{ ...item, rejected, rejectedCount }, Outcome.rejected(order.requestId, reason, attempt, offset, true)]
}

/** A replayed order for which there is nothing left: its units stay released, under the new attempt's number. */
const rejectAttempt = (item: Item, offset: number, { attempt, order }: Place, reason: RejectionReason): Decision => {
  const rejected: HeldOrder = {
    ...HashMap.getUnsafe(item.orders, order.requestId),
    attempt,
    placedAtOffset: offset,
    countsAgainstLimit: false,
    reason
  }
  return [
    { ...item, orders: HashMap.set(item.orders, order.requestId, rejected) },
    Outcome.ofHeld(order.requestId, rejected, true)
  ]
}
