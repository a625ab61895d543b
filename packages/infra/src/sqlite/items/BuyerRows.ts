/** What an item's rows know of one order and of its buyer. */
import type { BuyerQuestion, BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import { type Connection, integer } from "../database/Connection.ts"

const READ = `
SELECT
  held,
  coalesce((SELECT units FROM buyers WHERE item = items.id AND user = ?2), 0) AS bought,
  EXISTS (SELECT 1 FROM orders WHERE item = items.id AND request = ?3) AS known
FROM items WHERE name = ?1`

/** Undefined where there is no such item. */
export const read = (
  connection: Connection,
  { itemId, requestId, userId }: Omit<BuyerQuestion, "partition">
): BuyerUnits | undefined => {
  const row = connection.get(READ, itemId, userId, requestId)
  return row === undefined
    ? undefined
    : { bought: integer(row, "bought"), held: integer(row, "held"), isKnown: integer(row, "known") === 1 }
}
