/** What the archive knows of an item, added up. */
import type { ItemSums, OrderSum } from "@flash-sale/domain/archive/Questions"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Schema } from "effect"
import * as OrderRow from "../rows/OrderRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session } from "../sql/Session.ts"

/** Money is added up in two parts: all together it may have more bits than a whole number of SQLite. */
const PART = 1_000_000_000

/** As texts, as each database has a type of its own for sums. Who is known by a payment alone has no order. */
const ORDERS = `SELECT status, currency, count(*) AS orders, CAST(coalesce(sum(amount), 0) AS TEXT) AS units,
    CAST(coalesce(sum(amount * price / ${PART}), 0) AS TEXT) AS money_parts,
    CAST(coalesce(sum(amount * price % ${PART}), 0) AS TEXT) AS money_rest,
    CAST(coalesce(sum(CASE WHEN restocked = 1 THEN amount END), 0) AS TEXT) AS restocked
  FROM archive_orders WHERE item_id = $1 AND step > 0 GROUP BY status, currency ORDER BY status, currency`

const REFUSED = "SELECT counts FROM archive_refused WHERE item_id = $1"

const DUE = "SELECT count(*) AS due FROM archive_entries WHERE item_id = $1 AND type = 'order.refund_due'"

/** The item's partition is that of what was told of it last. */
const READ_UP_TO = `SELECT told FROM archive_positions WHERE source = 'order-events' AND partition = coalesce(
    (SELECT partition FROM archive_orders WHERE item_id = $1 ORDER BY created_at DESC, n DESC LIMIT 1),
    (SELECT partition FROM archive_refused WHERE item_id = $1),
    (SELECT partition FROM archive_entries WHERE item_id = $1 AND by_name IS NOT NULL
      ORDER BY at DESC, n DESC LIMIT 1)
  )`

const readCounts = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Int)))

const sumOf = (row: Row): OrderSum => ({
  status: OrderRow.statusOf(row),
  currency: Columns.optionalText(row, "currency"),
  orders: Columns.integer(row, "orders"),
  units: Number(Columns.text(row, "units")),
  money: BigInt(Columns.text(row, "money_parts")) * BigInt(PART) + BigInt(Columns.text(row, "money_rest")),
  restockedUnits: Number(Columns.text(row, "restocked"))
})

export const of = (session: Session, itemId: ItemId): Effect.Effect<ItemSums, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const orders = yield* session.all(ORDERS, itemId)
    const [refused] = yield* session.all(REFUSED, itemId)
    const [due] = yield* session.all(DUE, itemId)
    const [position] = yield* session.all(READ_UP_TO, itemId)
    return yield* decoded(() => ({
      orders: orders.map(sumOf),
      refused: refused === undefined ? undefined : readCounts(Columns.text(refused, "counts")),
      refundsDue: Columns.integer(due ?? {}, "due"),
      readUpTo: position === undefined ? undefined : Columns.optionalInteger(position, "told")
    }))
  })

export const told = (session: Session): Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveUnavailable> =>
  Effect.flatMap(
    session.all("SELECT partition, told FROM archive_positions WHERE source = 'order-events' AND told IS NOT NULL"),
    (rows) =>
      decoded(() =>
        new Map(rows.map((row) => [
          PartitionId.make(Columns.integer(row, "partition")),
          Offset.make(Columns.integer(row, "told"))
        ]))
      )
  )
