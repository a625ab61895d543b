/** What an order is known by: item and request together. */
import type { FoldedOrder } from "@flash-sale/domain/archive/OrderFold"
import * as Columns from "../sql/Columns.ts"
import type { Kind, Row } from "../sql/Session.ts"

export const COLUMNS = { request_id: "text", item_id: "text" } as const satisfies Readonly<Record<string, Kind>>

export type Key = Readonly<Record<keyof typeof COLUMNS, string>>

export const of = ({ itemId, requestId }: Pick<FoldedOrder, "itemId" | "requestId">): Key => ({
  request_id: requestId,
  item_id: itemId
})

/** The key of any row that has both columns. */
export const read = (row: Row): Key => ({
  request_id: Columns.text(row, "request_id"),
  item_id: Columns.text(row, "item_id")
})

/** One text for one order: neither id holds a line feed. */
export const nameOf = ({ item_id, request_id }: Key): string => `${item_id}\n${request_id}`
