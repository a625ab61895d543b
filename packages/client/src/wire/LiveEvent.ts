/** The events of the streams, as `orderEvents` and `itemEvents` give them. Kinds that are not known are left out. */
import type { ItemCounts, ItemStanding } from "./Item.ts"
import type { OrderChange, OrderStanding } from "./Order.ts"

/** The order as it is, or a new status of it. */
export type OrderEvent =
  | { readonly type: "snapshot"; readonly order: OrderStanding }
  | { readonly type: "change"; readonly order: OrderChange }

/** The item as it is, or its counts after a change of them. */
export type ItemEvent =
  | { readonly type: "snapshot"; readonly item: ItemStanding }
  | { readonly type: "change"; readonly item: ItemCounts }
