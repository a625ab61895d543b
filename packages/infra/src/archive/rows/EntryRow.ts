/** Entries of histories, and changes by hand, as rows of `archive_entries`. */
import type { HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import type { AuditEntry } from "@flash-sale/domain/archive/Questions"
import type { CloudEvent, ItemCloudEvent } from "@flash-sale/domain/events/CloudEvent"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Schema } from "effect"
import * as Columns from "../sql/Columns.ts"
import type { Insertion, Kind, Row, Value } from "../sql/Session.ts"

/** The columns but for `n`, which the database gives. */
export const COLUMNS = {
  id: "text",
  request_id: "text",
  item_id: "text",
  partition: "integer",
  sequence: "integer",
  type: "text",
  at: "integer",
  by_name: "text",
  reason: "text",
  body: "text"
} as const satisfies Readonly<Record<string, Kind>>

export type EntryValues =
  & Readonly<Record<keyof typeof COLUMNS, Value>>
  & Readonly<Record<"id" | "request_id" | "item_id", string>>

/** Keeps entries that are not known yet, and gives those: the first telling counts. */
export const INSERT: Insertion = {
  columns: COLUMNS,
  into: "archive_entries",
  rest: "ON CONFLICT(request_id, item_id, id) DO NOTHING RETURNING request_id, item_id, id"
}

/** How the types of entries begin that are no events: what was done with dead letters, and about webhooks. */
const NO_EVENTS: ReadonlyArray<string> = ["letter.", "webhook."]
/** Whether an entry of this type is an event. */
export const isEvent = (type: string): boolean => !NO_EVENTS.some((beginning) => type.startsWith(beginning))
/** The same in SQL. */
export const IS_EVENT = NO_EVENTS.map((beginning) => `type NOT LIKE '${beginning}%'`).join(" AND ")

/** In the place of an id that is not there. */
export const NONE = ""

/** By whom and why, where a person did it. */
export const changeOf = (change: Operator | undefined) => ({
  by_name: change === undefined ? null : Columns.storable(change.by),
  reason: change?.reason === undefined ? null : Columns.storable(change.reason)
})

type Entered = Exclude<ItemCloudEvent, { readonly type: "item.refused" }>

/** Whether it stands in the histories: a mark says nothing of an item, and counts have a table of their own. */
export const isEntered = (event: CloudEvent): event is Entered =>
  event.type !== "log.position" && event.type !== "item.refused"

/** An event of an order, or a change of an item: with its text, byte for byte. */
export const ofEvent = (
  partition: number,
  event: Entered,
  text: string
): EntryValues => ({
  id: event.id,
  request_id: "requestId" in event.data ? event.data.requestId : NONE,
  item_id: event.data.itemId,
  partition,
  sequence: Number(event.sequence),
  type: event.type,
  at: Columns.millisOf(event.time),
  ...changeOf(event.data.change),
  body: text
})

const readBody = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ data: Schema.Unknown })))

const dataOf = (row: Row): unknown => readBody(Columns.text(row, "body")).data

const idOrNone = (row: Row, column: string): string | undefined => {
  const value = Columns.text(row, column)
  return value === NONE ? undefined : value
}

export const readHistory = (row: Row): HistoryEntry => ({
  id: Columns.text(row, "id"),
  // Only entries of orders are asked for, and only these types are written with a request.
  type: Columns.text(row, "type") as HistoryEntry["type"],
  time: Columns.time(row, "at"),
  partition: PartitionId.make(Columns.integer(row, "partition")),
  sequence: Columns.integer(row, "sequence"),
  by: Columns.optionalText(row, "by_name"),
  reason: Columns.optionalText(row, "reason"),
  data: dataOf(row)
})

export const readAudit = (row: Row): AuditEntry => {
  const itemId = idOrNone(row, "item_id")
  return {
    id: Columns.text(row, "id"),
    type: Columns.text(row, "type"),
    itemId: itemId === undefined ? undefined : ItemId.make(itemId),
    requestId: idOrNone(row, "request_id"),
    by: Columns.text(row, "by_name"),
    reason: Columns.optionalText(row, "reason"),
    time: Columns.time(row, "at"),
    data: dataOf(row)
  }
}
