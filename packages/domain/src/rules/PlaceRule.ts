/**
 * Placing an order: its units are held, or it is rejected. Pure. In Redis its twin `lua/lib/_place.lua` decides: a
 * change is made in both.
 */
import { HashMap } from "effect"
import type { Command } from "../records/Command.ts"
import type { Order } from "../records/Order.ts"
import * as OrderTrace from "../records/OrderTrace.ts"
import * as CheckoutRule from "./checkout/CheckoutRule.ts"
import type { HoldFacts, OpenOrder } from "./checkout/CheckoutState.ts"
import {
  forgetting,
  type HeldOrder,
  isRemembered,
  type Item,
  REJECTED_REMEMBERED,
  type RejectionReason
} from "./Item.ts"
import * as Ledger from "./Ledger.ts"
import { bought, lookUp } from "./OrderLookup.ts"
import * as Outcome from "./Outcome.ts"
import * as Refused from "./Refused.ts"
import * as ReusedRequestId from "./ReusedRequestId.ts"

type Place = Extract<Command, { readonly _tag: "Place" }>
type Hold = Extract<Command, { readonly _tag: "Hold" }>

/** An order that asks for units, to be paid at once or held. */
interface Wanted extends Pick<Order, "requestId" | "userId" | "amount"> {
  readonly attempt: number
  readonly acceptedAt: number
  readonly isHold: boolean
}

/**
 * The item after the order, and the order's outcome. An order that is known already changes nothing, but for the next
 * attempt of one whose units were released. So does an order under the request id of another one: it is `isReused`.
 */
export const place = (item: Item, offset: number, { acceptedAt, attempt, order }: Place): Ledger.Decision =>
  decide(item, offset, { ...order, attempt, acceptedAt, isHold: false }, undefined)

/** The same for units that are held until somebody confirms the order. */
export const hold = (item: Item, offset: number, command: Hold): Ledger.Decision => {
  const { acceptedAt, metadata, order } = command
  const open = {
    dueAt: CheckoutRule.dueAt(item, command),
    ...OrderTrace.of(command),
    ...(metadata === undefined ? {} : { metadata })
  }
  return decide(item, offset, { ...order, attempt: 1, acceptedAt, isHold: true }, open)
}

const decide = (item: Item, offset: number, wanted: Wanted, open: OpenOrder | undefined): Ledger.Decision => {
  const { attempt, requestId, userId } = wanted
  const known = lookUp(item, offset, requestId, attempt)
  const isNextAttempt = known.state === "released" && !wanted.isHold && attempt === known.attempt + 1
  if (known.state !== "unknown" && !isNextAttempt) return [item, ReusedRequestId.ofOrder(known, offset, wanted)]
  const reason = rejectionOf(item, bought(item, userId), { acceptedAt: wanted.acceptedAt, order: wanted })
  if (reason === undefined) return Ledger.hold(item, requestId, heldOrder(item, offset, wanted, known.hold), open)
  return isNextAttempt ? rejectAttempt(item, offset, wanted, reason) : reject(item, offset, wanted, reason)
}

/**
 * Why an order cannot hold units, by the first rule that it breaks; undefined where it can. `boughtUnits` are those of
 * its buyer that count against the limit.
 */
export const rejectionOf = (
  item: Pick<Item, "available" | "settings">,
  boughtUnits: number,
  { acceptedAt, order }: { readonly acceptedAt: number; readonly order: Pick<Order, "amount"> }
): RejectionReason | undefined => {
  const { closesAt, opensAt, paused, perUserLimit } = item.settings
  if (paused) return "paused"
  if (opensAt !== undefined && acceptedAt < opensAt) return "not_open"
  if (closesAt !== undefined && acceptedAt >= closesAt) return "closed"
  if (perUserLimit !== undefined && boughtUnits + order.amount > perUserLimit) return "limit"
  if (order.amount > item.available) return "sold_out"
  return undefined
}

/** The order whose units are held now; `before` as its earlier attempt was confirmed. */
const heldOrder = (
  item: Item,
  offset: number,
  { amount, attempt, isHold, userId }: Wanted,
  before: HeldOrder["hold"]
): HeldOrder => ({
  state: isHold ? "open" : "held",
  userId,
  amount,
  attempt,
  placedAtOffset: offset,
  countsAgainstLimit: item.settings.perUserLimit !== undefined,
  price: item.settings.price,
  currency: item.settings.currency,
  reason: undefined,
  hold: isHold ? NOT_CONFIRMED : before
})

const NOT_CONFIRMED: HoldFacts = { confirmedAtOffset: undefined, reference: undefined }

const reject = (
  item: Item,
  offset: number,
  { attempt, requestId }: Wanted,
  reason: RejectionReason
): Ledger.Decision => {
  const rejectedCount = item.rejectedCount + 1
  const rejected = forgetting(
    HashMap.set(item.rejected, requestId, { n: rejectedCount, reason }),
    REJECTED_REMEMBERED,
    ({ n }) => isRemembered(n, rejectedCount, REJECTED_REMEMBERED)
  )
  return [
    { ...item, rejected, rejectedCount, refused: Refused.add(item.refused, reason) },
    Outcome.rejected(requestId, reason, attempt, offset, true, Outcome.keptOf(item, requestId).refundsDue)
  ]
}

/** A replayed order for which there is nothing left: its units stay released, under the new attempt's number. */
const rejectAttempt = (
  item: Item,
  offset: number,
  { attempt, requestId }: Wanted,
  reason: RejectionReason
): Ledger.Decision => {
  const rejected: HeldOrder = {
    ...HashMap.getUnsafe(item.orders, requestId),
    attempt,
    placedAtOffset: offset,
    countsAgainstLimit: false,
    reason
  }
  return Ledger.turn(item, requestId, rejected, undefined)
}
