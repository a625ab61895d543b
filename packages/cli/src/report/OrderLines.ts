/** Orders out of the archive, as they are printed: a page at a time. */
import * as Currencies from "@flash-sale/domain/records/Currencies"
import * as OrderCsv from "@flash-sale/operations/archive/OrderCsv"
import { Console } from "effect"
import type { OrderRow } from "../engine/archive/ArchiveView.ts"
import * as Table from "../terminal/Table.ts"
import type { Form } from "./ListFlags.ts"

const HEADINGS = ["ORDER", "ITEM", "BUYER", "UNITS", "STATUS", "PRICE", "ORDERED", "LAST STEP"]

const rowOf = (order: OrderRow): ReadonlyArray<string> => [
  Table.harmless(order.request_id),
  order.item_id,
  order.user_id ?? Table.ABSENT,
  String(order.amount ?? Table.ABSENT),
  order.status,
  order.price === undefined
    ? Table.ABSENT
    : `${Currencies.decimal(order.price, order.currency)} ${order.currency ?? ""}`.trimEnd(),
  order.created_at,
  order.updated_at
]

/** A table's headings are those of the first page, with the widths of its cells, as the others come later. */
const tableOf = (orders: ReadonlyArray<OrderRow>, isFirst: boolean): string => {
  const table = Table.show(HEADINGS, orders.map(rowOf))
  return isFirst ? table : table.slice(table.indexOf("\n") + 1)
}

const withoutEnd = (text: string): string => text.replace(/\r\n$/, "\r")

export const print = (form: Form) => (orders: ReadonlyArray<OrderRow>, isFirst: boolean) => {
  switch (form) {
    case "table":
      return Console.log(tableOf(orders, isFirst))
    case "csv":
      return Console.log(withoutEnd((isFirst ? OrderCsv.HEADINGS : "") + orders.map(OrderCsv.lineOf).join("")))
    case "json":
      return Console.log(orders.map((order) => JSON.stringify(order)).join("\n"))
  }
}
