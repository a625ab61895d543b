/**
 * What is told of orders and items to those who listen: the data of events. Wire names are those of the topic
 * `order-events` and of webhooks.
 */
import { Schema } from "effect"
import { PaymentReference } from "../records/checkout/Reference.ts"
import { Adjustment, Currency, Price, SalePatch } from "../records/Command.ts"
import { Amount, Attempt, CorrelationId, ItemId, RequestId, UserId } from "../records/Ids.ts"
import { OrderStatus } from "../records/OrderStatus.ts"

/**
 * What becomes of an order, and of payments for it. `order.failed` tells also of one that was turned away, where that
 * is asked for.
 */
export const OrderEventType = Schema.Literals([
  "order.reserved",
  "order.confirmed",
  "order.completed",
  "order.failed",
  "order.expired",
  "order.cancelled",
  "order.refunded",
  "order.refund_due"
])
export type OrderEventType = typeof OrderEventType.Type

/**
 * That a person has asked for an order's end which takes the payment provider: the order is as it was until another
 * event says that it has ended.
 */
export const AskedEventType = Schema.Literals(["order.cancel_requested", "order.refund_requested"])
export type AskedEventType = typeof AskedEventType.Type

/** Who made a change by hand, and why. */
export const Change = Schema.Struct({ by: Schema.String, reason: Schema.optionalKey(Schema.String) }).annotate({
  description: "Who made the change, and why; absent where no person did"
})
export type Change = typeof Change.Type

const text = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

/** The order's own notes of the shop: texts by name. */
export const EventMetadata = Schema.Record(Schema.String, Schema.String).annotate({
  description: "What the shop has noted on the order; absent where it noted nothing, or that is not known any more"
})

/**
 * An order at one step, as far as the ledger and the record in hand know it: a field that is absent is not known there.
 * Times are ISO 8601 in UTC; `price` is of one unit, in the smallest unit of `currency`.
 */
export const OrderData = Schema.Struct({
  requestId: RequestId,
  itemId: ItemId,
  userId: Schema.optionalKey(UserId),
  amount: Schema.optionalKey(Amount),
  price: Schema.optionalKey(Price.annotate({
    description: "Of one unit, in the smallest unit of the currency; absent where the sale names none"
  })),
  currency: Schema.optionalKey(Currency.annotate({ description: "The currency of the price, by ISO 4217" })),
  status: Schema.optionalKey(OrderStatus),
  reason: text("Why the order is so, in words"),
  attempt: Attempt,
  acceptedAt: text("When the gateway accepted this attempt: ISO 8601, in UTC"),
  expiresAt: text("When an open hold ends that nobody has confirmed: ISO 8601, in UTC"),
  correlationId: Schema.optionalKey(CorrelationId),
  traceparent: text("The W3C trace context of the order"),
  metadata: Schema.optionalKey(EventMetadata),
  paymentReference: Schema.optionalKey(PaymentReference).annotate({
    description: "The payment that the shop has taken"
  }),
  restocked: Schema.optionalKey(Schema.Boolean).annotate({
    description: "Of a refund: whether the units are on sale again"
  }),
  change: Schema.optionalKey(Change)
}).pipe(Schema.encodeKeys({
  requestId: "request_id",
  itemId: "item_id",
  userId: "user_id",
  acceptedAt: "accepted_at",
  expiresAt: "expires_at",
  correlationId: "correlation_id",
  paymentReference: "payment_reference"
})).annotate({ identifier: "OrderEventData" })
export type OrderData = typeof OrderData.Type

/** A change of stock, as it was asked for: what is held or sold is never taken away by it. */
export const AdjustedData = Schema.Struct({
  itemId: ItemId,
  adjustment: Adjustment,
  change: Schema.optionalKey(Change)
})
  .pipe(Schema.encodeKeys({ itemId: "item_id" })).annotate({ identifier: "ItemAdjustedData" })
export type AdjustedData = typeof AdjustedData.Type

/** The settings of the sale that were changed; one that is null was taken away. */
export const SaleData = Schema.Struct({ itemId: ItemId, sale: SalePatch, change: Schema.optionalKey(Change) })
  .pipe(Schema.encodeKeys({ itemId: "item_id" })).annotate({ identifier: "SaleChangedData" })
export type SaleData = typeof SaleData.Type

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** How many orders of the item were turned away so far, by reason. The event of the greatest `sequence` counts. */
export const RefusedData = Schema.Struct({ itemId: ItemId, refused: Schema.Record(Schema.String, Count) })
  .pipe(Schema.encodeKeys({ itemId: "item_id" })).annotate({ identifier: "ItemRefusedData" })
export type RefusedData = typeof RefusedData.Type

/** What all events have in common: `time` in milliseconds since 1970 (UTC) and `sequence`, both of the record told. */
interface Told {
  readonly id: string
  readonly time: number
  /** The offset of the record that is told. */
  readonly sequence: number
}

export type OrderEvent = Told & { readonly type: OrderEventType; readonly data: OrderData }
export type AskedEvent = Told & { readonly type: AskedEventType; readonly data: OrderData }
export type AdjustedEvent = Told & { readonly type: "item.adjusted"; readonly data: AdjustedData }
export type SaleEvent = Told & { readonly type: "sale.changed"; readonly data: SaleData }
export type RefusedEvent = Told & { readonly type: "item.refused"; readonly data: RefusedData }

/** An event about an item, in whose partition it is told. */
export type ItemEvent = OrderEvent | AskedEvent | AdjustedEvent | SaleEvent | RefusedEvent
