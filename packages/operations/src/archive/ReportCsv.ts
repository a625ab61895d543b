/** A report as one table: a line for each sum, and then one for each order. Pure. */
import type * as Bodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import * as Csv from "./Csv.ts"
import { moneyOf } from "./OrderCsv.ts"
import type { Counts } from "./Report.ts"

type Order = typeof Bodies.ArchivedOrder.Type

const COLUMNS = [
  "line",
  "request_id",
  "user_id",
  "status",
  "reason",
  "orders",
  "units",
  "price",
  "currency",
  "money",
  "created_at",
  "updated_at"
] as const
/** What is said of the item, or of one order, under these columns. */
type Line = { readonly line: string } & { readonly [Name in typeof COLUMNS[number]]?: Csv.Cell }

const written = (line: Line): string => Csv.line(COLUMNS.map((name) => line[name]))

/** What stands against the sums, in words. */
export const differences = ({ archive_behind, differences }: Counts): ReadonlyArray<string> => [
  ...differences.map(({ item, other, what }) =>
    what === "sold"
      ? `the item has sold ${item} units, and the archive knows ${other} of them`
      : `${item} units were put in, and ${other} are available, held or sold`
  ),
  ...(archive_behind ? ["the archive has not read everything yet"] : [])
]

const sumsOf = (counts: Counts): ReadonlyArray<Line> => [
  { line: "put_in", units: counts.put_in },
  { line: "available", units: counts.available },
  { line: "held", units: counts.held },
  { line: "sold", units: counts.sold },
  { line: "refunded", orders: counts.refunded.orders, units: counts.refunded.units },
  { line: "restocked", units: counts.refunded.restocked_units },
  { line: "refunds_due", orders: counts.refunds_due },
  ...Object.entries(counts.refused).map(([reason, orders]) => ({ line: "refused", reason, orders })),
  ...counts.by_status.map((sum) => ({ line: "status", ...sum })),
  ...counts.money.flatMap(({ currency, refunded, sold }) => [
    { line: "money_sold", currency, money: sold },
    { line: "money_refunded", currency, money: refunded }
  ]),
  ...(counts.orders_kept_since === undefined
    ? []
    : [{ line: "orders_kept_since", updated_at: counts.orders_kept_since }]),
  { line: counts.balances ? "balances" : "does_not_balance", reason: differences(counts).join("; ") }
]

/** The headings and the sums. */
export const begin = (counts: Counts): string => [Csv.line(COLUMNS), ...sumsOf(counts).map(written)].join("")

export const lineOf = (order: Order): string => {
  const { amount, created_at, currency, price, reason, request_id, status, updated_at, user_id } = order
  return written({
    line: "order",
    request_id,
    user_id,
    status,
    reason,
    units: amount,
    price: price === undefined ? undefined : Currencies.decimal(price, currency),
    currency,
    money: moneyOf(order),
    created_at,
    updated_at
  })
}
