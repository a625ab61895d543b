/** One example of each body that the archive answers at the admin API, by the name of its schema. */
import { correlation_id } from "../../document/ProblemExamples.ts"
import type * as Bodies from "./ArchiveBodies.ts"

const order = {
  request_id: "r-1",
  item_id: "mug",
  user_id: "u-1",
  amount: 1,
  price: 1250,
  currency: "EUR",
  status: "COMPLETED",
  attempt: 1,
  created_at: "2026-12-01T18:00:00.000Z",
  updated_at: "2026-12-01T18:00:00.123Z",
  correlation_id
} satisfies typeof Bodies.ArchivedOrder.Encoded

const entry = {
  id: "3-1742-3",
  type: "order.completed",
  time: order.updated_at,
  partition: 3,
  offset: 1750,
  data: { request_id: "r-1", item_id: "mug", status: "COMPLETED" }
} satisfies typeof Bodies.OrderHistoryEntry.Encoded

const change = {
  id: "adjusted-mug-command-8a1f",
  type: "item.adjusted",
  item_id: "mug",
  by: "ops",
  reason: "second delivery",
  time: "2026-12-01T18:10:00.000Z",
  data: { item_id: "mug", adjustment: { delta: 50 } }
} satisfies typeof Bodies.AuditEntry.Encoded

const sum = {
  status: "COMPLETED",
  currency: "EUR",
  orders: 18,
  units: 20,
  money: "250.00"
} satisfies typeof Bodies.OrderSum.Encoded
const money = { currency: "EUR", sold: "250.00", refunded: "12.50" } satisfies typeof Bodies.MoneySum.Encoded
const difference = { what: "sold", item: 20, other: 19 } satisfies typeof Bodies.ReportDifference.Encoded

export const EXAMPLES = {
  ArchivedOrder: order,
  OrderPage: { orders: [order], next: "1796148000123-42" } satisfies typeof Bodies.OrderPage.Encoded,
  OrderHistoryEntry: entry,
  OrderDetails: { archived: true, order, history: [entry] } satisfies typeof Bodies.OrderDetails.Encoded,
  AuditEntry: change,
  AuditPage: { entries: [change] } satisfies typeof Bodies.AuditPage.Encoded,
  OrderSum: sum,
  MoneySum: money,
  ReportDifference: difference,
  Report: {
    item_id: "mug",
    put_in: 500,
    available: 478,
    held: 2,
    sold: 20,
    refunded: { orders: 1, units: 1, restocked_units: 1 },
    refused: { sold_out: 12_000, limit: 40 },
    refunds_due: 0,
    money: [money],
    by_status: [sum],
    balances: false,
    differences: [difference],
    orders_kept_since: "2025-11-27T00:00:00.000Z",
    archive_behind: true,
    archive_read_up_to: 1_700,
    position: 1_742,
    orders: [order],
    next: "1796148000123-42"
  } satisfies typeof Bodies.Report.Encoded
}
