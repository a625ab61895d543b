/**
 * Folding records into an item, exactly once: the offset lives with its effect, and only what is past the stored
 * position is decided. What is at or below it was decided before, and is only looked up.
 */
import { HashMap, Option } from "effect"
import type { LoggedCommand } from "../records/Command.ts"
import { NOTHING_FOLDED } from "../records/Partition.ts"
import { empty, isBalanced, type Item } from "./Item.ts"
import type { RecordOutcome } from "./Outcome.ts"
import * as Outcomes from "./Outcome.ts"
import { apply, knowsRules, lookUp } from "./Rules.ts"

/**
 * The answer to a record that could not be understood: it leaves no other trace, and is kept until it is told.
 *
 * **Details**: an order turned away leaves its trace among the last `TURNED_REMEMBERED`, which are far more than can be
 * decided and not told yet.
 */
export type Unpublished = Pick<Outcomes.OrderOutcome, "requestId" | "state" | "reason" | "attempt">

/** What one Redis or one SQLite file holds of an item. */
export interface Folded {
  readonly item: Item
  /** The offset of the last record folded, or -1. */
  readonly position: number
  /** By the offset of the record. */
  readonly unpublished: HashMap.HashMap<number, Unpublished>
}

export const nothing: Folded = { item: empty, position: NOTHING_FOLDED, unpublished: HashMap.empty() }

/** Commands to fold and offsets whose answers have been told. */
export interface Batch {
  /** The position that the caller believes in; undefined where it has not seen any yet. */
  readonly expected: number | undefined
  readonly commands: ReadonlyArray<LoggedCommand>
  /** Offsets whose status or dead letter has been written since. */
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

/** Where the orders of a record stand that was folded before. */
const recall = (
  item: Item,
  unpublished: Folded["unpublished"],
  { command, offset }: LoggedCommand
): ReadonlyArray<Outcomes.OrderOutcome> => {
  const entry = HashMap.get(unpublished, offset)
  switch (command._tag) {
    case "Place":
      return [lookUp(item, offset, command.order.requestId, command.attempt)]
    case "Unreadable":
      return [
        Option.isSome(entry)
          ? again(entry.value, offset)
          : Outcomes.unknown(command.requestId, command.attempt, offset)
      ]
    case "Settle":
      return command.settlements.map((part) => lookUp(item, offset, part.requestId, part.attempt))
    case "Cancel":
    case "GiveUp":
      return [lookUp(item, offset, command.requestId, command.attempt)]
    case "Adjust":
    case "Sale":
    case "Rules":
      return []
  }
}

const again = (entry: Unpublished, offset: number): Outcomes.OrderOutcome => ({
  ...Outcomes.unknown(entry.requestId, entry.attempt, offset),
  state: entry.state,
  reason: entry.reason
})
