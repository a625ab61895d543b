/** What becomes of orders, and what became of them, as it is printed. */
import type { HistoryEntry } from "@flash-sale/operations/orders/HistoryEntry"
import type { History, Looked } from "@flash-sale/operations/orders/OrderHistory"
import type { Changed } from "../engine/order/OrderView.ts"
import * as Table from "../terminal/Table.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

const unitsGo = (restock: boolean | undefined): string =>
  restock === undefined ? "" : restock ? ", its units are on sale again" : ", its units are out of the books"

/** What came of a change, to a person. */
export const changed = (change: Changed): string => {
  const name = `order ${JSON.stringify(change.requestId)}, item ${change.itemId}`
  if (change._tag === "Recorded") return `${name}: the change is recorded; it takes effect when ${change.when}`
  const before = change.isRepeated ? " already" : ""
  if (!change.waits) return `${name}: ${change.status}${before}${unitsGo(change.restock)}`
  const what = change.restock === undefined ? "its cancellation" : "its refund"
  return `${name}: ${change.status}, and ${what} waits for the payment provider${before}`
}

/** The same for programs: the fields of the admin API. */
export const changedJson = (change: Changed, queued: string): string => {
  const named = { request_id: change.requestId, item_id: change.itemId, attempt: change.attempt }
  return JSON.stringify(
    change._tag === "Recorded" ? { status: queued, ...named, position: change.position } : {
      ...named,
      order_status: change.status,
      done: !change.waits,
      refund: change.waits && change.restock !== undefined ? "pending" : undefined,
      restock: change.restock,
      repeated: change.isRepeated ? true : undefined,
      position: change.position
    }
  )
}

const HEADINGS = ["OFFSET", "TIME", "RECORD", "ATTEMPT", "BY", "ORDER", "NOTE"]

const noteOf = (entry: HistoryEntry): string =>
  [
    ...(entry.payment === undefined ? [] : [`the provider says ${entry.payment}`]),
    ...(entry.reference === undefined ? [] : [`reference ${JSON.stringify(entry.reference)}`]),
    ...(entry.isRefundDue ? ["due back to the buyer"] : []),
    ...(entry.isReused ? ["another order under this id"] : []),
    ...(entry.hasEffect || entry.isRefundDue || entry.isReused ? [] : ["without effect"]),
    ...(entry.reason === undefined ? [] : [entry.reason]),
    ...(entry.operator?.reason === undefined ? [] : [`why: ${entry.operator.reason}`])
  ].map(Table.harmless).join("; ")

const rowOf = (entry: HistoryEntry): ReadonlyArray<string> => [
  String(entry.offset),
  TimeArgument.show(entry.timestamp),
  entry.type ?? Table.ABSENT,
  String(entry.attempt),
  Table.harmless(entry.operator?.by ?? Table.ABSENT),
  entry.status ?? Table.ABSENT,
  noteOf(entry)
]

/** How far the log was read, and what is not known for that. */
export const looked = ({ end, from, isFromStart, partition, stopped, until }: Looked): ReadonlyArray<string> => [
  until === from
    ? `partition ${partition} has no records`
    : `read offsets ${from} to ${until - 1} of partition ${partition}` +
      (until === end ? ", all that there are" : `, of which the last is ${end - 1}: more may follow`),
  ...(isFromStart ? [] : [`the log begins with offset ${from}: what was before is not known, so this may be wrong`]),
  ...(stopped === undefined ? [] : [`the item's records are not folded to the end: ${stopped}`])
]

/** A table, and below it how far was read. */
export const history = ({ entries, looked: how }: History): string =>
  [Table.show(HEADINGS, entries.map(rowOf)), "", ...looked(how)].join("\n")

const entryJson = (entry: HistoryEntry) => ({
  offset: entry.offset,
  at: TimeArgument.show(entry.timestamp),
  type: entry.type ?? null,
  attempt: entry.attempt,
  by: entry.operator?.by,
  reason: entry.operator?.reason,
  correlation_id: entry.correlationId,
  order_status: entry.status ?? null,
  order_reason: entry.reason,
  changed: entry.hasEffect,
  payment: entry.payment,
  reference: entry.reference,
  refund_due: entry.isRefundDue ? true : undefined,
  request_id_reused: entry.isReused ? true : undefined
})

/** The same as one object. */
export const historyJson = (requestId: string, { entries, looked: how }: History): string =>
  JSON.stringify({
    request_id: requestId,
    records: entries.map(entryJson),
    looked: {
      partition: how.partition,
      from: how.from,
      until: how.until,
      end: how.end,
      from_start: how.isFromStart,
      stopped: how.stopped
    }
  })
