/** Deletes orders that are final for long, with their histories. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { isFinal, OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import * as OrderRow from "../rows/OrderRow.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session, Statement } from "../sql/Session.ts"
import * as OrderRows from "./OrderRows.ts"

const OPEN = OrderStatus.literals.filter((status) => !isFinal(status)).map((status) => `'${status}'`).join(", ")

const FIND = `SELECT * FROM archive_orders
  WHERE updated_at < $1 AND status NOT IN (${OPEN}) ORDER BY updated_at LIMIT $2`

const DELETE_HISTORY: Statement = {
  columns: OrderRow.KEY,
  sql: `DELETE FROM archive_entries WHERE n IN (
    SELECT gone.n FROM input JOIN archive_entries AS gone
      ON gone.request_id = input.request_id AND gone.item_id = input.item_id
  )`
}

/** Deletes those that have not moved since `until`. Returns how many orders are deleted. */
export const retire = (
  session: Session,
  until: number,
  limit: number
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const rows = yield* session.all(FIND, until, limit)
    const gone = yield* decoded(() => rows.map(OrderRow.readKey))
    const before = yield* decoded(() => rows.map(OrderRow.read))
    yield* session.each(DELETE_HISTORY, gone)
    yield* OrderRows.write(session, { before, saved: [], gone })
    return gone.length
  })
