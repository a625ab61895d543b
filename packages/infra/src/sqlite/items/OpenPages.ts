/** The open orders of an item, a page after the other. */
import { type FoundOpen, OpenCursor, type OpenPage } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Connection } from "../database/Connection.ts"
import * as CheckoutRows from "./CheckoutRows.ts"
import * as ItemLoad from "./ItemLoad.ts"

const AFTER = `
SELECT orders.*, due, correlation_id, traceparent, metadata FROM items
JOIN open_orders ON open_orders.item = items.id
JOIN orders ON orders.item = items.id AND orders.request = open_orders.request
WHERE items.name = ? AND open_orders.request > ? ORDER BY open_orders.request LIMIT ?`

/** A page of an item's open orders, in the order of their ids. */
export const read = (
  connection: Connection,
  itemId: ItemId,
  from: OpenCursor | undefined,
  limit: number
): OpenPage => {
  const orders = connection.all(AFTER, itemId, from ?? "", limit).map((row): FoundOpen => {
    const [requestId, open] = CheckoutRows.toOpen(row)
    return { requestId, order: ItemLoad.toOrder(row)[1], open }
  })
  const last = orders.at(-1)
  return { orders, next: orders.length < limit || last === undefined ? undefined : OpenCursor.make(last.requestId) }
}
