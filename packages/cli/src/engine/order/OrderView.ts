/** Changes of orders, and their history, as commands print them wherever they come from. */
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import type { RefundAsked } from "@flash-sale/operations/orders/OrderRefund"

/** The order that is meant. The item is needed where the order's status is no longer kept. */
export interface Meant {
  readonly requestId: RequestId
  readonly itemId: ItemId | undefined
}

/** What is asked for. */
export type Asked = { readonly _tag: "Cancel" } | ({ readonly _tag: "Refund" } & RefundAsked)

interface OfOrder {
  readonly requestId: RequestId
  readonly itemId: ItemId
  readonly attempt: number
}

/**
 * - `Counts`: the order is so now. `waits`: for the payment provider; `restock`: of a refund, where its units go;
 *   `isRepeated`: it was so before, and nothing was done.
 * - `Recorded`: the change is in the log, and was not seen to count; `when` says who has to run.
 */
export type Changed =
  | (OfOrder & {
    readonly _tag: "Counts"
    readonly status: OrderStatus
    readonly waits: boolean
    readonly restock: boolean | undefined
    readonly isRepeated: boolean
    readonly position: LogPosition | undefined
  })
  | (OfOrder & { readonly _tag: "Recorded"; readonly position: LogPosition; readonly when: string })
