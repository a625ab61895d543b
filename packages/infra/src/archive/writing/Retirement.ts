/** Deletes orders that are final for long, with their histories. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { isFinal, OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import * as OrderRow from "../rows/OrderRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session, Statement } from "../sql/Session.ts"

const OPEN = OrderStatus.literals.filter((status) => !isFinal(status)).map((status) => `'${status}'`).join(", ")

const FIND = `SELECT request_id, item_id FROM archive_orders
  WHERE updated_at < $1 AND status NOT IN (${OPEN}) ORDER BY updated_at LIMIT $2`

const DELETE_HISTORY: Statement = {
  columns: OrderRow.KEY,
  sql: `DELETE FROM archive_entries WHERE n IN (
    SELECT gone.n FROM input JOIN archive_entries AS gone
      ON gone.request_id = input.request_id AND gone.item_id = input.item_id
  )`
}

/** Returns how many orders are deleted. */
export const retire = (
  session: Session,
  before: number,
  limit: number
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const rows = yield* session.all(FIND, before, limit)
    const keys = yield* decoded(() =>
      rows.map((row) => ({ request_id: Columns.text(row, "request_id"), item_id: Columns.text(row, "item_id") }))
    )
    yield* session.each(DELETE_HISTORY, keys)
    yield* session.each(OrderRow.DELETE, keys)
    return keys.length
  })
