/**
 * Folding records into an item, exactly once: the position is stored with its effects, and only records beyond it are
 * decided. Records at or below it were decided before, and are only looked up.
 */
import { HashMap, Option } from "effect"
import type { LoggedCommand } from "../records/Command.ts"
import type { Order } from "../records/Order.ts"
import { NOTHING_FOLDED } from "../records/Partition.ts"
import * as RefundsDue from "./checkout/RefundsDue.ts"
import { empty, isBalanced, type Item } from "./Item.ts"
import { lookUp } from "./OrderLookup.ts"
import type { RecordOutcome } from "./Outcome.ts"
import * as Outcomes from "./Outcome.ts"
import * as ReusedRequestId from "./ReusedRequestId.ts"
import { apply, knowsRules } from "./Rules.ts"
import { needsCheckout } from "./RulesVersions.ts"

/**
 * The outcome of a record that could not be understood: no other state keeps it, so it stays here until it is
 * published.
 *
 * **Details**: a rejected order is among the last `REJECTED_REMEMBERED`, which are far more than can be decided and not
 * yet published.
 */
export type Unpublished = Pick<Outcomes.OrderOutcome, "requestId" | "state" | "reason" | "attempt">

/** The state that a store holds of an item. */
export interface Folded {
  readonly item: Item
  /** The offset of the last record folded, or -1. */
  readonly position: number
  /** Outcomes that are not published yet, by the offset of their record. */
  readonly unpublished: HashMap.HashMap<number, Unpublished>
}

export const nothing: Folded = { item: empty, position: NOTHING_FOLDED, unpublished: HashMap.empty() }

/** Commands to fold, and offsets whose outcomes have been published. */
export interface Batch {
  /** The position that the caller expects; undefined where it does not know any yet. */
  readonly expected: number | undefined
  readonly commands: ReadonlyArray<LoggedCommand>
  /** Offsets whose status or dead letter has been written since the last fold. */
  readonly published: ReadonlyArray<number>
}

/**
 * - `Folded`: done, one outcome for each command.
 * - `Behind`: the store has lost writes that the caller saw acknowledged; nothing was changed.
 * - `Stopped`: going on would break an invariant, or the rules are of a later version; nothing was changed.
 */
export type Result =
  | { readonly _tag: "Folded"; readonly state: Folded; readonly outcomes: ReadonlyArray<RecordOutcome> }
  | { readonly _tag: "Behind"; readonly position: number }
  | { readonly _tag: "Stopped"; readonly detail: string }

export const fold = (state: Folded, batch: Batch): Result => {
  if (batch.expected !== undefined && state.position < batch.expected) {
    return { _tag: "Behind", position: state.position }
  }
  let { item, position, unpublished } = state
  for (const offset of batch.published) unpublished = HashMap.remove(unpublished, offset)
  const outcomes: Array<RecordOutcome> = []
  for (const logged of batch.commands) {
    if (logged.offset <= position) {
      outcomes.push({ offset: logged.offset, fresh: false, orders: recall(item, unpublished, logged) })
      continue
    }
    if (!knowsRules(item)) return { _tag: "Stopped", detail: `rules of version ${item.rules} are not known here` }
    const [next, orders] = apply(item, logged.offset, logged.command)
    if (!isBalanced(next)) return { _tag: "Stopped", detail: `broken balance at offset ${logged.offset}` }
    item = next
    position = logged.offset
    for (const order of orders) {
      if (order.changed && leavesNoTrace(order)) {
        unpublished = HashMap.set(unpublished, logged.offset, toUnpublished(order))
      }
    }
    outcomes.push({ offset: logged.offset, fresh: true, orders })
  }
  return { _tag: "Folded", state: { item, position, unpublished }, outcomes }
}

const leavesNoTrace = (order: Outcomes.OrderOutcome): boolean => order.state === "unreadable"

const toUnpublished = ({ attempt, reason, requestId, state }: Outcomes.OrderOutcome): Unpublished => ({
  requestId,
  state,
  reason,
  attempt
})

/** The outcomes of a record that was folded before. */
const recall = (
  item: Item,
  unpublished: Folded["unpublished"],
  { command, offset }: LoggedCommand
): ReadonlyArray<Outcomes.OrderOutcome> => {
  const entry = HashMap.get(unpublished, offset)
  // The item may have been of version 1 then, or the payment beyond what is kept of an order.
  if (Option.isSome(entry) && (command._tag !== "Place" || needsCheckout(command))) {
    return [again(entry.value, offset)]
  }
  switch (command._tag) {
    case "Place":
      return [recalledOrder(item, offset, command.order, command.attempt, false)]
    case "Hold":
      return [recalledOrder(item, offset, command.order, 1, true)]
    case "Confirm":
      return [RefundsDue.recall(item, offset, command)]
    case "Unreadable":
      return [Outcomes.unknown(command.requestId, command.attempt, offset)]
    case "Settle":
      return command.settlements.map((part) => lookUp(item, offset, part.requestId, part.attempt))
    case "Expire":
      return command.orders.map((part) => lookUp(item, offset, part.requestId, part.attempt))
    case "Cancel":
    case "GiveUp":
    case "Refund":
      return [lookUp(item, offset, command.requestId, command.attempt)]
    case "Adjust":
    case "Sale":
    case "Rules":
      return []
  }
}

const recalledOrder = (
  item: Item,
  offset: number,
  order: Pick<Order, "requestId" | "userId" | "amount">,
  attempt: number,
  isHold: boolean
): Outcomes.OrderOutcome =>
  ReusedRequestId.ofOrder(lookUp(item, offset, order.requestId, attempt), offset, { ...order, attempt, isHold })

const again = (entry: Unpublished, offset: number): Outcomes.OrderOutcome => ({
  ...Outcomes.unknown(entry.requestId, entry.attempt, offset),
  state: entry.state,
  reason: entry.reason
})
