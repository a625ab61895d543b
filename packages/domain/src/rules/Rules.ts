/**
 * The rules of an item, versions 1 and 2: one pure and total function over everything that can happen to it.
 *
 * No clock, no randomness, no configuration: a recorded log folds to the same state for ever. The Lua twin in
 * `lua/fold.lua` is compared with this function on random histories.
 */
import { type Command, RULES_VERSION, type SalePatch } from "../records/Command.ts"
import * as CheckoutRule from "./checkout/CheckoutRule.ts"
import type { Item } from "./Item.ts"
import * as Outcome from "./Outcome.ts"
import * as PlaceRule from "./PlaceRule.ts"
import * as RulesVersions from "./RulesVersions.ts"
import type { SaleSettings } from "./SaleSettings.ts"
import { settle, startVoiding } from "./SettleRule.ts"
import { adjust } from "./StockRule.ts"

type Decision = readonly [item: Item, orders: ReadonlyArray<Outcome.OrderOutcome>]

/** The item after the command, and the outcome of each order that the command names. */
export const apply = (item: Item, offset: number, command: Command): Decision => {
  if (item.rules < RulesVersions.CHECKOUT && RulesVersions.needsCheckout(command)) {
    const { attempt, requestId } = RulesVersions.namedBy(command)
    return [item, [Outcome.unreadable(requestId, attempt, offset, true)]]
  }
  switch (command._tag) {
    case "Place":
      return one(PlaceRule.place(item, offset, command))
    case "Hold":
      return one(PlaceRule.hold(item, offset, command))
    case "Confirm":
      return one(CheckoutRule.confirm(item, offset, command))
    case "Expire":
      return each(item, command.orders, (current, hold) => CheckoutRule.expire(current, offset, command.at, hold))
    case "Refund":
      return one(CheckoutRule.refund(item, offset, command))
    case "Settle":
      return each(item, command.settlements, (current, settlement) => settle(current, offset, settlement))
    case "Adjust":
      return [adjust(item, command.adjustment), []]
    case "Cancel":
      return one(startVoiding(item, offset, command, "cancelled"))
    case "GiveUp":
      return one(startVoiding(item, offset, command, "timeout"))
    case "Sale":
      return [{ ...item, settings: patch(item, command.patch) }, []]
    case "Rules":
      return [{ ...item, rules: Math.max(item.rules, command.version) }, []]
    case "Unreadable":
      return [item, [Outcome.unreadable(command.requestId, command.attempt, offset, true)]]
  }
}

/** Whether this build may decide for the item at all. */
export const knowsRules = (item: Pick<Item, "rules">): boolean => item.rules <= RULES_VERSION

/** Version 1 does not know how long holds last. */
const patch = ({ rules, settings }: Item, changes: SalePatch): SaleSettings => ({
  opensAt: changed(changes.opensAt, settings.opensAt),
  closesAt: changed(changes.closesAt, settings.closesAt),
  perUserLimit: changed(changes.perUserLimit, settings.perUserLimit),
  paused: changes.paused ?? settings.paused,
  price: changed(changes.price, settings.price),
  currency: changed(changes.currency, settings.currency),
  ...(rules < RulesVersions.CHECKOUT
    ? { holdSeconds: settings.holdSeconds, maxHoldSeconds: settings.maxHoldSeconds }
    : {
      holdSeconds: changed(changes.holdSeconds, settings.holdSeconds),
      maxHoldSeconds: changed(changes.maxHoldSeconds, settings.maxHoldSeconds)
    })
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
