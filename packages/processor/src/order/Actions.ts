/**
 * What is to be done about the outcomes of a fold: a step from outcomes to statuses, dead letters and payments, without
 * effects.
 */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { isFinal, type OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type * as Outcome from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { DateTime } from "effect"
import type { Action, ReusedRequestId } from "./Action.ts"
import * as FinalActions from "./FinalActions.ts"
import type { Message, OpenOrder, Place } from "./OpenOrder.ts"
import type { OpenOrders } from "./OpenOrders.ts"
import * as StatusRecords from "./StatusRecords.ts"

/** Now: in milliseconds since 1970 and as ISO 8601, both in UTC. */
interface Now {
  readonly millis: number
  readonly text: string
}

/**
 * What the records of a fold ask for, in order. Adds to and removes from `open` as orders are held and become final.
 * `millis` is now, in milliseconds since 1970 (UTC).
 */
export const actionsOf = (
  itemId: ItemId,
  open: OpenOrders,
  batch: ReadonlyArray<Message>,
  outcomes: ReadonlyArray<Outcome.RecordOutcome>,
  millis: number
): ReadonlyArray<Action> => {
  const now = { millis, text: DateTime.formatIso(DateTime.makeUnsafe(millis)) }
  const actions: Array<Action> = []
  for (const [at, message] of batch.entries()) {
    const { command, record } = message
    const { orders } = outcomes[at]!
    switch (command._tag) {
      case "Place":
        actions.push(placed(itemId, open, message, command, orders[0]!, now))
        break
      case "Unreadable":
        open.skip(message)
        actions.push(FinalActions.ofUnreadable(itemId, message, orders[0]!, now.text))
        break
      case "Settle":
      case "Cancel":
      case "GiveUp":
        for (const order of orders) {
          const action = moved(open, order, now.text)
          if (action !== undefined) actions.push(action)
        }
        actions.push({ done: record.offset })
        break
      case "Adjust":
      case "Sale":
      case "Rules":
        actions.push({ done: record.offset })
    }
  }
  return actions
}

const openOrderOf = (
  itemId: ItemId,
  { record: { key, offset, partition, timestamp, value }, takenAt }: Message,
  command: Place,
  { currency, price, state }: Outcome.OrderOutcome,
  heldAt: number
): OpenOrder => ({
  itemId,
  record: { partition, offset, timestamp, key, value },
  command,
  takenAt,
  heldAt,
  price,
  currency,
  voiding: state === "voiding",
  isHeldBack: false
})

const placed = (
  itemId: ItemId,
  open: OpenOrders,
  message: Message,
  command: Place,
  order: Outcome.OrderOutcome,
  now: Now
): Action => {
  const { offset, timestamp } = message.record
  const status = OutcomeStatus.status(order)
  if (order.placedAtOffset === offset && (order.state === "held" || order.state === "voiding")) {
    const own = openOrderOf(itemId, message, command, order, now.millis)
    if (open.keep(message, own)) return { held: own, placedAt: timestamp, placedAtOffset: offset }
    // It is read again when there is room; until then its record is not final.
    return { status: StatusRecords.reserved(own), placedAt: timestamp, placedAtOffset: offset }
  }
  open.skip(message)
  if (status === undefined) return { done: offset }
  const own = openOrderOf(itemId, message, command, order, now.millis)
  if (order.placedAtOffset === offset) return FinalActions.ofOrder(own, order, status, now.text)
  // A second record under the same request id: it has no effect, and the status of the order that is there is written
  // again, whoever sent the record.
  return order.isReused
    ? { ...secondRecord(own, order, status, now), reused: reusedBy(own, status) }
    : secondRecord(own, order, status, now)
}

const secondRecord = (own: OpenOrder, order: Outcome.OrderOutcome, status: OrderStatus, now: Now): Action => ({
  status: StatusRecords.of(own, order, status, now.text),
  placedAt: own.record.timestamp,
  placedAtOffset: order.placedAtOffset,
  done: own.record.offset
})

const reusedBy = ({ command, record }: OpenOrder, status: OrderStatus): ReusedRequestId => ({
  requestId: command.order.requestId,
  correlationId: command.correlationId,
  traceparent: command.traceparent,
  status,
  offset: record.offset
})

/** Of an order that is open here and was settled, cancelled or given up. Any other is not this worker's to finish. */
const moved = (open: OpenOrders, order: Outcome.OrderOutcome, now: string): Action | undefined => {
  if (order.requestId === undefined) return undefined
  const held = open.get(order.requestId)
  const status = OutcomeStatus.status(order)
  if (held === undefined || status === undefined || held.record.offset !== order.placedAtOffset) return undefined
  if (isFinal(status)) {
    open.remove(held)
    return { ...FinalActions.ofOrder(held, order, status, now), closed: held }
  }
  if (order.state !== "voiding" || held.voiding) return undefined
  held.voiding = true
  return { voidCharge: held }
}
