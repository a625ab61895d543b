/** How SQLite spells what the databases spell differently. */
import type { Dialect } from "../sql/Session.ts"

/**
 * How many rows an index of orders finds by its first column, by its first two and so on, of two million. SQLite counts
 * nothing by itself, and would then look for the orders of an item in one status among all orders of the item.
 */
const ROWS: Readonly<Record<string, string>> = {
  archive_orders_by_time: "1 1",
  archive_orders_by_status: "200000 1 1",
  archive_orders_by_item: "10000 1 1",
  archive_orders_by_item_status: "10000 2000 1 1",
  archive_orders_by_user: "10 1 1",
  archive_orders_by_update: "1"
}

const values = Object.entries(ROWS).map(([index, rows]) => `('archive_orders', '${index}', '2000000 ${rows}')`)

export const DIALECT: Dialect = {
  text: "TEXT",
  integer: "INTEGER",
  // A number is never given twice: cursors of webhooks stand on those of entries.
  numbered: "INTEGER PRIMARY KEY AUTOINCREMENT",
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  // https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
  prepare: ["ANALYZE", `INSERT INTO sqlite_stat1 VALUES ${values.join(", ")}`, "ANALYZE sqlite_schema"]
}
