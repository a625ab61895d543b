/**
 * What is to be done about the outcomes of a fold: a step from outcomes to statuses, dead letters and payments, without
 * effects.
 */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Moment from "@flash-sale/domain/records/Moment"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import type { Action } from "./Action.ts"
import * as ConfirmActions from "./ConfirmActions.ts"
import * as EndActions from "./EndActions.ts"
import * as FinalActions from "./FinalActions.ts"
import * as HoldActions from "./HoldActions.ts"
import type { Message } from "./OpenOrder.ts"
import type { OpenOrders } from "./OpenOrders.ts"
import * as PlaceActions from "./PlaceActions.ts"
import type { Fold } from "./PlaceActions.ts"
import * as RefundActions from "./RefundActions.ts"

/**
 * What the records of a fold ask for, in order. Adds to and removes from `open` as orders are held and become final.
 * `millis` is now, in milliseconds since 1970 (UTC). From `postponesFrom` on letters of orders that are final before
 * their end was told wait.
 */
export const actionsOf = (
  itemId: ItemId,
  open: OpenOrders,
  batch: ReadonlyArray<Message>,
  outcomes: ReadonlyArray<Outcome.RecordOutcome>,
  millis: number,
  postponesFrom = Infinity
): ReadonlyArray<Action> => {
  const now = { millis, text: Moment.isoOf(millis) }
  const fold: Fold = { itemId, open, now, postponesFrom }
  const actions: Array<Action> = []
  for (const [at, message] of batch.entries()) addActions(actions, fold, message, outcomes[at]!)
  return actions
}

const addActions = (
  actions: Array<Action>,
  fold: Fold,
  message: Message,
  { fresh, orders }: Outcome.RecordOutcome
): void => {
  const { command, record } = message
  // A record of many orders is told by all that they ask for, and done after them.
  const all = (each: (order: Outcome.OrderOutcome, n: number) => Action | undefined): void => {
    for (const [n, order] of orders.entries()) {
      const action = each(order, n)
      if (action !== undefined) actions.push(action)
    }
    actions.push({ done: record.offset })
  }
  if (command._tag === "Unreadable" || orders[0]?.state === "unreadable") {
    fold.open.skip(message)
    actions.push(FinalActions.ofUnreadable(fold.itemId, message, orders[0]!, fold.now.text))
    return
  }
  switch (command._tag) {
    case "Place":
      actions.push(PlaceActions.placed(fold, message, command, orders[0]!))
      break
    case "Hold":
      actions.push(HoldActions.held(fold, message, command, orders[0]!))
      break
    case "Confirm":
      actions.push(ConfirmActions.confirmed(fold, message, command, orders[0]!, fresh))
      break
    case "Refund":
      actions.push(RefundActions.refunded(fold, message, command, orders[0]!, fresh))
      break
    case "Expire":
      all((order, n) => EndActions.expired(fold, message, command.orders[n]!, order, fresh))
      break
    case "Settle":
      all((order, n) =>
        EndActions.moved(fold, order) ?? RefundActions.settled(fold, message, command.settlements[n]!, order, fresh)
      )
      break
    case "Cancel":
      all((order) => EndActions.moved(fold, order) ?? EndActions.cancelled(fold, message, order, fresh))
      break
    case "GiveUp":
      all((order) => EndActions.moved(fold, order))
      break
    case "Adjust":
    case "Sale":
    case "Rules":
      actions.push({ done: record.offset })
  }
}
