/** Changes of orders as the admin API takes and answers them. Field names are those of the wire. */
import { Schema } from "effect"
import { PaymentReference } from "../../../records/checkout/Reference.ts"
import { Attempt, ItemId, RequestId } from "../../../records/Ids.ts"
import { ChangeReason } from "../../../records/operator/Operator.ts"
import { OrderStatus } from "../../../records/OrderStatus.ts"
import * as AdminFields from "../AdminFields.ts"

const named = {
  item_id: Schema.optionalKey(ItemId.annotate({
    description: "The order's item: needed where its status is no longer kept"
  })),
  reason: ChangeReason
}

/** An order that is to be cancelled. */
export const OrderCancel = Schema.Struct(named).annotate({
  identifier: "OrderCancel",
  description: "Why an order is cancelled."
})

/** An order that is to be given back. */
export const OrderRefund = Schema.Struct({
  ...named,
  restock: Schema.Boolean.annotate({
    description: "Whether its units are on sale again; else they are out of the books"
  }),
  by_hand: Schema.optionalKey(
    Schema.Struct({ reference: PaymentReference }).annotate({
      description: "The money was given back by a person, under this reference: the payment provider is not asked"
    })
  )
}).annotate({ identifier: "OrderRefund", description: "Why an order is given back, and where its units go." })

const ofOrder = { request_id: RequestId, item_id: ItemId, attempt: Attempt }

/** The change counts: the order as it is after it. */
export const OrderChanged = Schema.Struct({
  ...ofOrder,
  order_status: OrderStatus,
  done: Schema.Boolean.annotate({
    description: "Whether nothing more is to come; false while the charge is voided at the payment provider"
  }),
  refund: Schema.optionalKey(
    Schema.Literal("pending").annotate({ description: "Present while the money is on its way back" })
  ),
  restock: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Of a refund: whether its units are on sale again" })
  ),
  repeated: Schema.optionalKey(
    Schema.Literal(true).annotate({ description: "Present where it was so before, and nothing was done" })
  ),
  position: Schema.optionalKey(AdminFields.Position)
}).annotate({ identifier: "OrderChanged", description: "The change counts; the order as it is after it." })

/** The change is in the log, and has not been seen to count yet. */
export const OrderChangeRecorded = Schema.Struct({
  status: Schema.Literals(["Cancel Queued", "Refund Queued"]),
  ...ofOrder,
  position: AdminFields.Position
}).annotate({
  identifier: "OrderChangeRecorded",
  description: "The change is durable in the log, and is judged once its position is folded."
})
