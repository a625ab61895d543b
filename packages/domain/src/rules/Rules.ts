/**
 * The rules of an item, version 1: one pure and total function over everything that can happen to it.
 *
 * No clock, no randomness, no configuration: a recorded log folds to the same state for ever. The Lua twin in
 * `lua/fold.lua` is compared with this function on random histories.
 */
import { HashMap, Option } from "effect"
import {
  type Adjustment,
  type Command,
  type OrderRef,
  RULES_VERSION,
  type SalePatch,
  type Settlement
} from "../records/Command.ts"
import type { RequestId } from "../records/Ids.ts"
import {
  COMMANDS_REMEMBERED,
  forgetting,
  type HeldOrder,
  isRemembered,
  type Item,
  REJECTED_REMEMBERED,
  type RejectionReason,
  type SaleSettings
} from "./Item.ts"
import * as Outcome from "./Outcome.ts"

type Place = Extract<Command, { readonly _tag: "Place" }>
type Decision = readonly [item: Item, orders: ReadonlyArray<Outcome.OrderOutcome>]

/** The item after the command, and where each order that the command names stands then. */
export const apply = (item: Item, offset: number, command: Command): Decision => {
  switch (command._tag) {
    case "Place":
      return place(item, offset, command)
    case "Settle":
      return each(item, command.settlements, (current, settlement) => settle(current, offset, settlement))
    case "Adjust":
      return [adjust(item, command.adjustment), []]
    case "Cancel":
      return one(startVoiding(item, offset, command, "cancelled"))
    case "GiveUp":
      return one(startVoiding(item, offset, command, "timeout"))
    case "Sale":
      return [{ ...item, settings: patch(item.settings, command.patch) }, []]
    case "Rules":
      return [{ ...item, rules: command.version }, []]
    case "Unreadable":
      return [item, [Outcome.unreadable(command.requestId, command.attempt, offset, true)]]
  }
}

/** Whether this build may decide for the item at all. */
export const knowsRules = (item: Pick<Item, "rules">): boolean => item.rules <= RULES_VERSION

/** Where an order stands, without changing anything. */
export const lookUp = (item: Item, offset: number, requestId: RequestId, attempt: number): Outcome.OrderOutcome => {
  const stored = HashMap.get(item.orders, requestId)
  if (Option.isSome(stored)) return Outcome.ofHeld(requestId, stored.value, false)
  const rejection = HashMap.get(item.rejected, requestId)
  return Option.isSome(rejection) && isRemembered(rejection.value.n, item.rejectedCount, REJECTED_REMEMBERED)
    ? Outcome.rejected(requestId, rejection.value.reason, attempt, offset, false)
    : Outcome.unknown(requestId, attempt, offset)
}

const place = (item: Item, offset: number, command: Place): Decision => {
  const { requestId } = command.order
  const known = lookUp(item, offset, requestId, command.attempt)
  const isNextAttempt = known.state === "released" && command.attempt === known.attempt + 1
  if (known.state !== "unknown" && !isNextAttempt) return [item, [known]]
  const reason = rejectionOf(item, command)
  if (reason === undefined) return hold(item, offset, command)
  return isNextAttempt ? rejectAttempt(item, offset, command, reason) : reject(item, offset, command, reason)
}

const rejectionOf = (item: Item, { acceptedAt, order }: Place): RejectionReason | undefined => {
  const { closesAt, opensAt, paused, perUserLimit } = item.settings
  if (paused) return "paused"
  if (opensAt !== undefined && acceptedAt < opensAt) return "not_open"
  if (closesAt !== undefined && acceptedAt >= closesAt) return "closed"
  if (perUserLimit !== undefined && bought(item, order.userId) + order.amount > perUserLimit) return "limit"
  if (order.amount > item.available) return "sold_out"
  return undefined
}

const bought = (item: Item, userId: Place["order"]["userId"]): number =>
  Option.getOrElse(HashMap.get(item.buyers, userId), () => 0)

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
  }, [Outcome.ofHeld(order.requestId, held, true)]]
}

const reject = (item: Item, offset: number, { attempt, order }: Place, reason: RejectionReason): Decision => {
  const rejectedCount = item.rejectedCount + 1
  const rejected = forgetting(
    HashMap.set(item.rejected, order.requestId, { n: rejectedCount, reason }),
    REJECTED_REMEMBERED,
    ({ n }) => isRemembered(n, rejectedCount, REJECTED_REMEMBERED)
  )
  return [{ ...item, rejected, rejectedCount }, [Outcome.rejected(order.requestId, reason, attempt, offset, true)]]
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
    [Outcome.ofHeld(order.requestId, rejected, true)]
  ]
}

const settle = (item: Item, offset: number, settlement: Settlement): readonly [Item, Outcome.OrderOutcome] => {
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

const sell = (item: Item, requestId: RequestId, order: HeldOrder): readonly [Item, Outcome.OrderOutcome] => {
  const sold: HeldOrder = { ...order, state: "sold" }
  return [{
    ...item,
    held: item.held - order.amount,
    sold: item.sold + order.amount,
    orders: HashMap.set(item.orders, requestId, sold)
  }, Outcome.ofHeld(requestId, sold, true)]
}

const release = (item: Item, requestId: RequestId, order: HeldOrder): readonly [Item, Outcome.OrderOutcome] => {
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

const startVoiding = (
  item: Item,
  offset: number,
  { attempt, requestId }: OrderRef,
  reason: "cancelled" | "timeout"
): readonly [Item, Outcome.OrderOutcome] => {
  const known = lookUp(item, offset, requestId, attempt)
  if (known.state !== "held" || known.attempt !== attempt) return [item, known]
  const voiding: HeldOrder = { ...HashMap.getUnsafe(item.orders, requestId), state: "voiding", reason }
  return [
    { ...item, orders: HashMap.set(item.orders, requestId, voiding) },
    Outcome.ofHeld(requestId, voiding, true)
  ]
}

const adjust = (item: Item, adjustment: Adjustment): Item => {
  if ("seq" in adjustment) {
    return adjustment.seq <= item.seq ? item : { ...changeStock(item, adjustment.delta), seq: adjustment.seq }
  }
  const seen = HashMap.get(item.commands, adjustment.command)
  if (Option.isSome(seen) && isRemembered(seen.value, item.commandCount, COMMANDS_REMEMBERED)) return item
  const commandCount = item.commandCount + 1
  return {
    ...changeStock(item, "delta" in adjustment ? adjustment.delta : adjustment.target - item.available),
    commands: forgetting(
      HashMap.set(item.commands, adjustment.command, commandCount),
      COMMANDS_REMEMBERED,
      (n) => isRemembered(n, commandCount, COMMANDS_REMEMBERED)
    ),
    commandCount
  }
}

/** A downward change takes at most what is available now, so that nothing that is held or sold is touched. */
const changeStock = (item: Item, delta: number): Item => {
  const change = Math.max(delta, -item.available)
  return { ...item, available: item.available + change, stocked: item.stocked + change }
}

const patch = (settings: SaleSettings, changes: SalePatch): SaleSettings => ({
  opensAt: changed(changes.opensAt, settings.opensAt),
  closesAt: changed(changes.closesAt, settings.closesAt),
  perUserLimit: changed(changes.perUserLimit, settings.perUserLimit),
  paused: changes.paused ?? settings.paused,
  price: changed(changes.price, settings.price),
  currency: changed(changes.currency, settings.currency)
})

const changed = <A>(next: A | null | undefined, current: A | undefined): A | undefined =>
  next === undefined ? current : next === null ? undefined : next

const one = ([item, order]: readonly [Item, Outcome.OrderOutcome]): Decision => [item, [order]]

const each = <A>(
  item: Item,
  parts: ReadonlyArray<A>,
  step: (item: Item, part: A) => readonly [Item, Outcome.OrderOutcome]
): Decision => {
  let current = item
  const orders: Array<Outcome.OrderOutcome> = []
  for (const part of parts) {
    const [next, order] = step(current, part)
    current = next
    orders.push(order)
  }
  return [current, orders]
}
