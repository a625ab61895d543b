/** Deletes orders that are final for long, with their histories. Their items are remembered, for reports. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { isFinal, OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Effect } from "effect"
import * as LetterRow from "../rows/LetterRow.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session, Statement } from "../sql/Session.ts"
import * as OrderChanges from "./OrderChanges.ts"

const OPEN = OrderStatus.literals.filter((status) => !isFinal(status)).map((status) => `'${status}'`).join(", ")

/** Whether the history of an order has an entry, by this name, of which the condition holds. */
const hasEntry = (name: string, condition: string): string =>
  `EXISTS (SELECT 1 FROM archive_entries AS ${name}
    WHERE ${name}.request_id = archive_orders.request_id AND ${name}.item_id = archive_orders.item_id
      AND ${name}.${condition})`

/** An order for which the shop still owes money is not over. */
const OWES = hasEntry("letter", `${LetterRow.IS_REFUND_DUE} AND ${LetterRow.isOpen("letter")}`)

/** Something was told since: a payment, who has paid it back, or who has asked for a refund. */
const IS_TOLD_SINCE = hasEntry("since", "at >= $1")

/** The provider has not given the money back yet. */
const AWAITS_REFUND = `status = 'COMPLETED' AND ${hasEntry("asked", "type = 'order.refund_requested'")}`

const FIND = `SELECT * FROM archive_orders
  WHERE updated_at < $1 AND status NOT IN (${OPEN}) AND NOT ${OWES} AND NOT ${IS_TOLD_SINCE} AND NOT (${AWAITS_REFUND})
  ORDER BY updated_at LIMIT $2`

const NOTE: Statement = {
  columns: { item_id: "text", until_millis: "integer" },
  sql: `INSERT INTO archive_retired(item_id, until_millis) SELECT item_id, until_millis FROM input WHERE true
    ON CONFLICT(item_id) DO UPDATE SET until_millis = excluded.until_millis`
}

const DELETE_HISTORY: Statement = {
  columns: OrderKey.COLUMNS,
  sql: `DELETE FROM archive_entries WHERE n IN (
    SELECT gone.n FROM input JOIN archive_entries AS gone
      ON gone.request_id = input.request_id AND gone.item_id = input.item_id
  )`
}

/** When the order moved that moved last; undefined where there is none. */
export const newest = (session: Session): Effect.Effect<number | undefined, ArchiveUnavailable> =>
  Effect.flatMap(
    session.all("SELECT max(updated_at) AS newest FROM archive_orders"),
    ([row]) => decoded(() => Columns.optionalInteger(row!, "newest"))
  )

/** Deletes those that have not moved since `until`. Returns how many orders are deleted. */
export const retire = (
  session: Session,
  until: number,
  limit: number
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const rows = yield* session.all(FIND, until, limit)
    const gone = yield* decoded(() => rows.map(OrderKey.read))
    const before = yield* decoded(() => rows.map(OrderRow.read))
    yield* session.each(DELETE_HISTORY, gone)
    yield* OrderChanges.write(session, { before, saved: [], gone })
    const items = new Set(before.map(({ itemId }) => itemId))
    yield* session.each(NOTE, [...items].map((item_id) => ({ item_id, until_millis: until })))
    return gone.length
  })
