/** An order's history out of the archive, as it is printed. Pure. */
import type { OrderDetails } from "../engine/archive/ArchiveView.ts"
import * as Table from "../terminal/Table.ts"

const HEADINGS = ["OFFSET", "TIME", "WHAT", "BY", "ORDER", "NOTE"]

type Entry = OrderDetails["history"][number]

const textIn = (data: unknown, name: string): string | undefined => {
  const value = typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined
  return typeof value === "string" ? value : undefined
}

const noteOf = ({ data, reason }: Entry): string =>
  [textIn(data, "reason"), reason === undefined ? undefined : `why: ${reason}`]
    .filter((note) => note !== undefined).map(Table.harmless).join("; ")

const rowOf = (entry: Entry): ReadonlyArray<string> => [
  String(entry.offset),
  entry.time,
  entry.type,
  Table.harmless(entry.by ?? Table.ABSENT),
  textIn(entry.data, "status") ?? Table.ABSENT,
  noteOf(entry)
]

/** A table, and below it how the order stands. */
export const text = ({ history, order, other_items: others = [] }: OrderDetails): string =>
  [
    Table.show(HEADINGS, history.map(rowOf)),
    "",
    `order ${JSON.stringify(order.request_id)}, item ${order.item_id}: ${order.status} since ${order.updated_at}`,
    ...(others.length === 0 ? [] : [`other items have an order under this id: --item ${others.join(" or --item ")}`])
  ].join("\n")
