/** What the admin API tells out of the archive. Field names are those of the wire. */
import { Schema } from "effect"
import { PaymentReference } from "../../../records/checkout/Reference.ts"
import { ItemId } from "../../../records/Ids.ts"
import { Offset, PartitionId } from "../../../records/Partition.ts"
import * as Fields from "../../Fields.ts"
import * as PastOrders from "../../lists/PastOrders.ts"
import * as AdminFields from "../AdminFields.ts"

const ofOrder = {
  ...PastOrders.fields,
  payment_reference: Schema.optionalKey(PaymentReference.annotate({ description: "The payment that the shop took" })),
  restocked: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Of a refunded order: whether its units are on sale again" })
  ),
  metadata: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.String).annotate({ description: "The order's notes of the shop" })
  ),
  traceparent: Schema.optionalKey(Schema.String.annotate({ description: "Where the order's trace goes on (W3C)" }))
}

/** An order of a list. */
export const ArchivedOrder = Schema.Struct(ofOrder).annotate({
  identifier: "ArchivedOrder",
  description: "An order of any age, as the archive has it."
})

export const OrderPage = Schema.Struct({
  orders: Schema.Array(ArchivedOrder).annotate({ description: "The newest first" }),
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "OrderPage", description: "A page of orders of any age." })

const Data = Schema.Unknown.annotate({ description: "What is told, under its wire names" })

/** One entry of an order's history. */
export const OrderHistoryEntry = Schema.Struct({
  id: Schema.String.annotate({ description: "The id of its event; the same however often it is told" }),
  type: Schema.String.annotate({ description: "The type of its event, or of what was done with its dead letter" }),
  time: Fields.Timestamp,
  partition: PartitionId,
  offset: Schema.Int.annotate({ description: "The place of its record in the log" }),
  by: Schema.optionalKey(Schema.String.annotate({ description: "Who made a change by hand" })),
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why it was made" })),
  data: Data
}).annotate({ identifier: "OrderHistoryEntry", description: "One step of an order, as it was told." })

/** One order, as the store or the archive has it. */
export const OrderDetails = Schema.Struct({
  archived: Schema.Boolean.annotate({
    description: "Whether the archive has the order: until it has, there is its status alone, and no history"
  }),
  order: Schema.Struct({
    ...ofOrder,
    refund: Schema.optionalKey(
      Schema.Literal("pending").annotate({ description: "The money of a completed order is on its way back" })
    ),
    created_at: Schema.optionalKey(Fields.Timestamp)
  }),
  history: Schema.Array(OrderHistoryEntry).annotate({ description: "The oldest first" }),
  other_items: Schema.optionalKey(
    Schema.Array(ItemId).annotate({ description: "Other items that have an order under the same id: see `item`" })
  )
}).annotate({ identifier: "OrderDetails", description: "One order, and what became of it step by step." })

/** One change by hand. */
export const AuditEntry = Schema.Struct({
  id: Schema.String.annotate({
    description: "The id of its event, of the dead letter that was handled, or of what was done about a webhook"
  }),
  type: Schema.String.annotate({
    description:
      "The type of its event; of what is no event `letter.replayed`, `letter.discarded`, `webhook.tested`, " +
      "`webhook.replayed` or `webhook.enabled`"
  }),
  item_id: Schema.optionalKey(ItemId),
  request_id: Schema.optionalKey(Schema.String.annotate({ description: "The order that was changed" })),
  by: Schema.String.annotate({ description: "Who did it: a key's name, or the user of a command" }),
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why" })),
  time: Fields.Timestamp,
  data: Data
}).annotate({ identifier: "AuditEntry", description: "One change by hand: what was done, by whom, why and when." })

export const AuditPage = Schema.Struct({
  entries: Schema.Array(AuditEntry).annotate({ description: "The newest first" }),
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "AuditPage", description: "A page of the changes that were made by hand." })

const Units = Schema.Int
const Money = Schema.String.annotate({ description: "In the currency's own digits, such as 1250.00" })

/** Orders that are alike, added up. */
export const OrderSum = Schema.Struct({
  status: Schema.String,
  currency: Schema.optionalKey(Schema.String),
  orders: Schema.Int,
  units: Units,
  money: Schema.optionalKey(Money)
}).annotate({ identifier: "OrderSum", description: "The orders of one status and currency, added up." })

/** What was sold and given back in one currency. */
export const MoneySum = Schema.Struct({ currency: Schema.String, sold: Money, refunded: Money }).annotate({
  identifier: "MoneySum",
  description: "The money of one currency: of what is sold, and of what was given back."
})

/** Two counts that should be the same. */
export const ReportDifference = Schema.Struct({
  what: Schema.Literals(["put_in", "sold"]),
  item: Units.annotate({ description: "What the item has counted" }),
  other: Units.annotate({ description: "What the other side adds up to: the item's parts, or the archive's orders" })
}).annotate({ identifier: "ReportDifference", description: "Two counts that should be the same, and are not." })

/** What became of all units of an item. */
export const Report = Schema.Struct({
  item_id: ItemId,
  put_in: Units.annotate({ description: "Units ever put in, less those taken out" }),
  available: Units,
  held: Units,
  sold: Units,
  refunded: Schema.Struct({ orders: Schema.Int, units: Units, restocked_units: Units }),
  refused: Schema.Record(Schema.String, Schema.Int).annotate({
    description: "Orders turned away without ever holding units, by reason"
  }),
  refunds_due: Schema.Int.annotate({
    description: "Payments that the shop owes to buyers: those whose dead letter nobody has handled"
  }),
  money: Schema.Array(MoneySum),
  by_status: Schema.Array(OrderSum),
  balances: Schema.Boolean.annotate({ description: "Whether item and archive count the same" }),
  differences: Schema.Array(ReportDifference),
  orders_kept_since: Schema.optionalKey(Fields.Timestamp).annotate({
    description:
      "Orders that ended before are no longer kept (ARCHIVE_RETENTION): sums and money are those of the others, and " +
      "what was sold is not compared"
  }),
  archive_behind: Schema.Boolean.annotate({
    description: "Whether the archive has not read everything yet that the item has counted"
  }),
  archive_read_up_to: Schema.optionalKey(Offset),
  position: Schema.Int.annotate({ description: "The offset of the last record that the item has counted" }),
  orders: Schema.Array(ArchivedOrder).annotate({ description: "The item's orders, the newest first" }),
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "Report", description: "What became of all units of an item, and its orders." })
