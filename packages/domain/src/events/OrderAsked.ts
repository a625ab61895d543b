/**
 * That a person has asked for the end of an order, where the payment provider has to void its charge first: the record
 * that ends it is the engine's own, and names nobody. Pure.
 *
 * **Details**: the ledger keeps that the order is ended so, and not which of several records has begun it. Those that
 * are read again tell it under one id, and the first telling counts: docs/decisions/0050-order-events.md.
 */
import type { OrderStatus } from "../records/OrderStatus.ts"
import { Offset } from "../records/Partition.ts"
import type { OrderOutcome } from "../rules/Outcome.ts"
import * as EventId from "./EventId.ts"
import type { AskedEvent } from "./OrderEvent.ts"
import { changeOf, dataOf, type Known, timesOf, type ToldRecord } from "./OrderFacts.ts"
import { mayHaveMoved, type Of, type Read, wasNeverConfirmed } from "./OrderSteps.ts"

/** The order as it stands until that is done. */
const STATUS: Readonly<Record<EventId.Asked, OrderStatus>> = {
  cancel_requested: "RESERVED",
  refund_requested: "COMPLETED"
}

/** An open hold was charged nothing: its cancellation is its end, and is told as that. */
const isCancelAsked = (order: OrderOutcome): boolean =>
  (order.state === "voiding" || order.state === "released") && order.reason === "cancelled" &&
  !wasNeverConfirmed(order)

/** What the engine has not charged, or a person has paid back, is given back at once, and told as that. */
const isRefundAsked = ({ hold, state }: OrderOutcome, { byHand }: Of<"Refund">): boolean =>
  (state === "refunding" || state === "refunded") && byHand === undefined && hold?.reference === undefined

/** What the record has begun; undefined where it has begun nothing, or no person has appended it. */
export const of = ({ command, record }: ToldRecord, order: OrderOutcome, read: Read): EventId.Asked | undefined => {
  if (command._tag !== "Cancel" && command._tag !== "Refund") return undefined
  if (!mayHaveMoved(order, command.attempt, read) || changeOf(record).change === undefined) return undefined
  if (command._tag === "Cancel") return isCancelAsked(order) ? "cancel_requested" : undefined
  return isRefundAsked(order, command) ? "refund_requested" : undefined
}

export const eventOf = (known: Known, asked: EventId.Asked): AskedEvent => {
  const { order, told: { record } } = known
  const placedAtOffset = Offset.make(order.placedAtOffset)
  return {
    id: EventId.ofAsked({ partition: record.partition, placedAtOffset, asked }),
    type: `order.${asked}`,
    ...timesOf(record),
    data: { ...dataOf(known), status: STATUS[asked], ...changeOf(record) }
  }
}
