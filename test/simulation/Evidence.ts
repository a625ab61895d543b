/**
 * Each step of an order has its words in the log, of that very attempt: judged without the rules that made the step, so
 * that a wrong rule cannot hide behind itself.
 */
import type { Command, LoggedCommand } from "@flash-sale/domain/records/Command"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import { HashMap, Option } from "effect"

/** What was said of which attempt. */
const wordsOf = (command: Command): ReadonlyArray<string> => {
  switch (command._tag) {
    case "Settle":
      return command.settlements.map(({ attempt, outcome, requestId }) => `${requestId} ${attempt} ${outcome}`)
    case "Refund": {
      const { attempt, byHand, requestId, restock } = command
      const refund = `${requestId} ${attempt} ${restock ? "restocked" : "written_off"}`
      return byHand === undefined ? [refund] : [refund, `${refund} by hand`]
    }
    case "Expire":
      return command.orders.map(({ attempt, requestId }) => `${requestId} ${attempt} expired`)
    case "Confirm":
      return [`${command.requestId} ${command.attempt ?? 1} confirmed`]
    case "Cancel":
      return [`${command.requestId} ${command.attempt} cancelled`]
    case "GiveUp":
      return [`${command.requestId} ${command.attempt} timeout`]
    default:
      return []
  }
}

/** Whether the engine has never asked for its money: nobody has confirmed it, or a shop has the money. */
const isUncharged = ({ attempt, hold }: HeldOrder): boolean =>
  hold !== undefined && attempt === 1 && (hold.confirmedAtOffset === undefined || hold.reference !== undefined)

/** What must have been said of an order that is where it is; of each list one word is enough. */
const needed = (order: HeldOrder): ReadonlyArray<ReadonlyArray<string>> => {
  const { reason = "", state } = order
  const isVoided = isUncharged(order) ? [] : [["voided"]]
  if (state === "sold") return isUncharged(order) ? [["confirmed"]] : [["paid"]]
  if (state === "voiding") return [[reason]]
  if (state === "refunding") return [[reason]]
  if (state === "refunded") return [[reason], ...isUncharged(order) ? [] : [["voided", `${reason} by hand`]]]
  if (state === "held") return order.hold === undefined || order.attempt > 1 ? [] : [["confirmed"]]
  if (reason === "declined") return [["declined"]]
  if (reason === "expired") return [["expired", "confirmed"]]
  return reason === "timeout" || reason === "cancelled" ? [[reason], ...isVoided] : []
}

/** What no record had said when an order of the item moved. */
export const missing = (commands: ReadonlyArray<LoggedCommand>): ReadonlyArray<string> => {
  const said = new Set<string>()
  const wrong: Array<string> = []
  let state = Fold.nothing
  for (const placed of commands) {
    for (const word of wordsOf(placed.command)) said.add(word)
    const result = Fold.fold(state, { expected: undefined, commands: [placed], published: [] })
    if (result._tag !== "Folded") return [...wrong, `${placed.offset} does not fold: ${result._tag}`]
    state = result.state
    for (const { changed, requestId } of result.outcomes.flatMap(({ orders }) => orders)) {
      const order = requestId === undefined
        ? undefined
        : Option.getOrUndefined(HashMap.get(state.item.orders, requestId))
      if (!changed || order === undefined) continue
      const words = needed(order).map((any) => any.map((word) => `${requestId} ${order.attempt} ${word}`))
      const unsaid = words.filter((any) => !any.some((word) => said.has(word)))
      wrong.push(...unsaid.map((any) => `nobody had said: ${any.join(" or ")}`))
    }
  }
  return wrong
}

/**
 * Charges that a processor asked for although the log said when it was started that the attempt was over: everything
 * that is in the log by then has to be folded before any charge.
 */
export const needless = (
  records: ReadonlyArray<{ readonly appendedAt: number; readonly command: Command }>,
  charged: ReadonlyArray<{ readonly key: string; readonly by: number }>,
  keyOf: (requestId: RequestId, attempt: number) => string
): ReadonlyArray<string> => {
  const over = new Map<string, number>()
  for (const { appendedAt, command } of records) {
    if (command._tag !== "Settle") continue
    for (const { attempt, requestId } of command.settlements) {
      const key = keyOf(requestId, attempt)
      if (!over.has(key)) over.set(key, appendedAt)
    }
  }
  return charged.flatMap(({ by, key }) => {
    const since = over.get(key)
    return since === undefined || since >= by ? [] : [`${key} was settled at ${since}, and is charged by one of ${by}`]
  })
}
