/** Each type of event: what it says, and by which schema. */
import { Schema } from "effect"
import * as CloudEvent from "../../events/CloudEvent.ts"
import { AskedEventType, OrderData, OrderEventType } from "../../events/OrderEvent.ts"

export interface EventMessage {
  readonly type: string
  readonly summary: string
  readonly schema: Schema.Constraint
}

const OF_ORDERS: Readonly<Record<OrderEventType | AskedEventType, string>> = {
  "order.reserved": "Units are held for a hold, until `expires_at`",
  "order.confirmed": "A hold is confirmed: the engine charges",
  "order.completed": "The order is paid for, and its units are sold",
  "order.failed":
    "The order failed: its payment did, or a later attempt found no units, or, with `ORDER_EVENTS=all`, " +
    "it was turned away",
  "order.expired": "A hold was not confirmed in time: its units are free",
  "order.cancelled": "The order is cancelled: its units are free",
  "order.refunded": "The money of a completed order is given back",
  "order.refund_due": "A payment came without an order to be for: the shop owes it to the buyer",
  "order.cancel_requested": "A person has cancelled the order: its charge is voided first, and then it is cancelled",
  "order.refund_requested": "A person gives the order back: its charge is voided first, and then it is refunded"
}

const ofOrder = (type: OrderEventType | AskedEventType): EventMessage => ({
  type,
  summary: OF_ORDERS[type],
  schema: CloudEvent.of(Schema.Literal(type), OrderData)
})

/** All that are told, in the order in which they are documented. */
export const ALL: ReadonlyArray<EventMessage> = [
  ...OrderEventType.literals.map(ofOrder),
  ...AskedEventType.literals.map(ofOrder),
  {
    type: "item.adjusted",
    summary: "The stock of an item was changed, as was asked for; what is held or sold is never taken away by it",
    schema: CloudEvent.AdjustedCloudEvent
  },
  {
    type: "sale.changed",
    summary: "Settings of an item's sale were changed; one that is null was taken away",
    schema: CloudEvent.SaleCloudEvent
  },
  {
    type: "item.refused",
    summary: "How many orders of an item were turned away so far, by reason: that of the greatest `sequence` counts",
    schema: CloudEvent.RefusedCloudEvent
  },
  {
    type: "log.position",
    summary: "Everything before `next` is told. For archives; others ignore it",
    schema: CloudEvent.PositionCloudEvent
  }
]
