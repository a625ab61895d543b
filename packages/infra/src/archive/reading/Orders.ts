/** Orders by request id, and lists of them. */
import type { ArchivedOrder, ArchivedRefundDue } from "@flash-sale/domain/archive/ArchivedOrder"
import type { FoldedOrder } from "@flash-sale/domain/archive/OrderFold"
import type { ArchiveCursor, OrderFilter, OrderPage } from "@flash-sale/domain/archive/Questions"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import * as Facts from "../rows/Facts.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import { decoded } from "../sql/Decoded.ts"
import * as Keyset from "../sql/Keyset.ts"
import type { Row, Session, Statement } from "../sql/Session.ts"

/** Orders that are found under one request id: other items may have some under the same. */
const MAX_FOUND = 10

/** A payment alone, which a shop may have sent for a wrong item, comes behind every order. */
const findWhere = (condition: string) =>
  `SELECT * FROM archive_orders WHERE ${condition}
  ORDER BY CASE WHEN step > 0 THEN 0 ELSE 1 END, updated_at DESC, n DESC LIMIT ${MAX_FOUND}`

const FIND = findWhere("request_id = $1")
const FIND_OF_USER = findWhere("request_id = $1 AND user_id = $2")

/** What was told of payments for these orders, oldest first. */
const FIND_DUE: Statement = {
  columns: OrderKey.COLUMNS,
  sql: `SELECT found.partition, found.body FROM input JOIN archive_entries AS found
    ON found.request_id = input.request_id AND found.item_id = input.item_id AND found.type = 'order.refund_due'
    ORDER BY found.sequence, found.n`
}

const dueOf = ({ data, id, time }: Facts.OrderEvent): ReadonlyArray<ArchivedRefundDue> =>
  data.paymentReference === undefined
    ? []
    : [{ eventId: id, reference: data.paymentReference, userId: data.userId, at: time }]

const withDues = (
  { acceptedAt: _acceptedAt, ...order }: FoldedOrder,
  dues: ReadonlyArray<Facts.OrderEvent>
): ArchivedOrder => ({
  ...order,
  refundsDue: dues.filter(({ data }) => data.itemId === order.itemId && data.requestId === order.requestId)
    .flatMap(dueOf)
})

/** Few orders have any payment that is due, so they are read in one go. */
const readDues = (session: Session, rows: ReadonlyArray<Row>) =>
  Effect.gen(function*() {
    const keys = yield* decoded(() => rows.map(OrderKey.read))
    const found = yield* session.each(FIND_DUE, keys)
    return yield* decoded(() => found.map((row) => Facts.read(row).event))
  })

export const find = (
  session: Session,
  requestId: RequestId,
  userId: UserId | undefined
): Effect.Effect<ReadonlyArray<ArchivedOrder>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const rows = yield* (userId === undefined
      ? session.all(FIND, requestId)
      : session.all(FIND_OF_USER, requestId, userId))
    const dues = yield* readDues(session, rows)
    return yield* decoded(() => rows.map((row) => withDues(OrderRow.read(row), dues)))
  })

export const list = (
  session: Session,
  filter: OrderFilter,
  cursor: ArchiveCursor | undefined,
  limit: number
): Effect.Effect<OrderPage, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const conditions = Keyset.conditions([
      ["item_id = ?", filter.itemId],
      ["user_id = ?", filter.userId],
      ["status = ?", filter.status],
      ["created_at >= ?", filter.from],
      ["created_at < ?", filter.until]
    ])
    // Who is known by a payment alone has no order.
    const placed = { ...conditions, sql: ["step > 0", ...conditions.sql] }
    const { parameters, sql } = Keyset.select("archive_orders", "created_at", placed, cursor, limit)
    const rows = yield* session.all(sql, ...parameters)
    const dues = yield* readDues(session, rows.slice(0, limit))
    return yield* decoded(() => Keyset.page(rows, "created_at", limit, (row) => withDues(OrderRow.read(row), dues)))
  })
