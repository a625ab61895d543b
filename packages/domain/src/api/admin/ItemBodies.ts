/** Items as the admin API shows them. Field names are those of the wire. */
import { Schema } from "effect"
import { ItemId } from "../../records/Ids.ts"
import { PartitionId } from "../../records/Partition.ts"
import { Sale } from "../ItemsApi.ts"
import * as AdminFields from "./AdminFields.ts"

const units = (description: string) => Schema.Int.annotate({ description })

/** stocked = available + held + sold. */
const counts = {
  item_id: ItemId,
  available: units("Units that can be bought now"),
  held: units("Units of orders whose payment is under way"),
  sold: units("Units that are paid"),
  stocked: units("Units ever put in, less those taken out by hand: available + held + sold")
}

/** An item of a list. */
export const ItemRow = Schema.Struct({
  ...counts,
  sale: Sale,
  partition: PartitionId.annotate({ description: "The partition of the log in which the item lives" }),
  position: Schema.Int.annotate({
    description: "The offset of the last of its records that counts; -1 where none does"
  })
}).annotate({
  identifier: "ItemRow",
  description: "What is left of an item, how it is sold, and where it is in the log."
})

/** A page of items. */
export const ItemPage = Schema.Struct({
  items: Schema.Array(ItemRow),
  stopped: Schema.Array(ItemId).annotate({
    description: "Items of this page that stand still, as they are damaged: their counts cannot be read"
  }),
  next: Schema.optionalKey(AdminFields.Next)
}).annotate({ identifier: "ItemPage", description: "A page of items, in an order that does not change." })

const rate = (description: string) => Schema.Finite.annotate({ description })

/** How fast an item changes. */
export const ItemRates = Schema.Struct({
  seconds: Schema.Finite.annotate({ description: "How many seconds were measured: at most 60" }),
  records: rate("Records of the item that were folded, a second"),
  sold: rate("Units that were paid, a second, less those refunded"),
  left: rate("By how many units what is available went down, a second; below zero where it grew")
}).annotate({
  identifier: "ItemRates",
  description: "How fast an item changed within the last minute, measured since it was first asked for."
})

/** How far the processor is behind that folds an item. */
export const ItemLag = Schema.Struct({
  records: Schema.Int.annotate({ description: "Records of its partitions that are not folded yet" }),
  seconds: Schema.Finite.annotate({ description: "How long the oldest of them has been waiting" })
}).annotate({ identifier: "ItemLag", description: "How far the processor is behind that folds the item." })

/** One item. */
export const ItemDetails = Schema.Struct({
  ...ItemRow.fields,
  // Optional, as an engine before 0.2.0 does not say it.
  refused: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Int).annotate({
      description: "Orders turned away without ever holding units, by reason; `unknown` are those that an older " +
        "build has counted without one"
    })
  ),
  rates: Schema.optionalKey(ItemRates),
  lag: Schema.optionalKey(ItemLag)
}).annotate({
  identifier: "ItemDetails",
  description:
    "An item with the orders that it has turned away, its rates within the last minute, and how far its partition is " +
    "behind."
})

/** The change counts: the item after it. */
export const StockChanged = Schema.Struct({
  ...counts,
  sale: Sale,
  position: AdminFields.Position,
  repeated: Schema.optionalKey(Schema.Boolean.annotate({
    description: "Present and true where this Idempotency-Key was sent before, and the change may have been made " +
      "then: it counts once"
  })),
  shortfall: Schema.optionalKey(
    Schema.Struct({ asked: Schema.Int, taken: Schema.Int }).annotate({
      description: "Present where less was seen to be taken out than was asked for, as no more was available. A " +
        "best effort: it compares the stock before and after, so another change of stock at the same moment may " +
        "hide it, or make `taken` too small"
    })
  )
}).annotate({ identifier: "StockChanged", description: "The change counts; the item as it is after it." })

/** The change is in the log, and has not been seen to count yet. */
export const ChangeRecorded = Schema.Struct({
  status: Schema.Literal("Change Recorded"),
  item_id: ItemId,
  position: AdminFields.Position
}).annotate({
  identifier: "ChangeRecorded",
  description: "The change is durable in the log, and counts once its position is folded."
})

/** What became of a change of every item. */
export const SalesChanged = Schema.Struct({
  total: Schema.Int.annotate({ description: "Items that there are" }),
  done: Schema.Int.annotate({ description: "Items whose change is in the log" }),
  failed: Schema.Array(Schema.Struct({ item_id: ItemId, code: Schema.String })),
  incomplete_partitions: Schema.optionalKey(
    Schema.Array(PartitionId).annotate({
      description:
        "Partitions that are not folded to their end: items of theirs may not be known yet. Send the change " +
        "again until this is absent"
    })
  )
}).annotate({ identifier: "SalesChanged", description: "For how many items it was done, and for which it was not." })
