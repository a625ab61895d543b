/** The item's records one after the other, with the item before and after each: what the log alone says happened. */
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { HeldOrder, Item } from "@flash-sale/domain/rules/Item"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import { HashMap, Option } from "effect"

export interface Step extends LoggedCommand {
  readonly before: Item
  readonly after: Item
  readonly outcomes: ReadonlyArray<OrderOutcome>
}

export type Course = ReadonlyArray<Step>

export const of = (commands: ReadonlyArray<LoggedCommand>): Course => {
  let state = Fold.nothing
  return commands.map((placed) => {
    const result = Fold.fold(state, { expected: undefined, commands: [placed], published: [] })
    if (result._tag !== "Folded") throw new Error(`${placed.offset} does not fold: ${result._tag}`)
    const before = state.item
    state = result.state
    return { ...placed, before, after: state.item, outcomes: result.outcomes.flatMap(({ orders }) => orders) }
  })
}

export const orderIn = (item: Item, requestId: RequestId): HeldOrder | undefined =>
  Option.getOrUndefined(HashMap.get(item.orders, requestId))

/** The offsets of records that the item's rules do not take, or that cannot be understood. */
export const unreadable = (course: Course): ReadonlySet<number> =>
  new Set(
    course.filter(({ outcomes }) => outcomes.some(({ state }) => state === "unreadable")).map(({ offset }) => offset)
  )
