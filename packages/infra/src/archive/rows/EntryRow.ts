/** Entries of histories, and changes by hand, as rows of `archive_entries`. */
import type { HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import type { AuditEntry } from "@flash-sale/domain/archive/Questions"
import type { ItemCloudEvent } from "@flash-sale/domain/events/CloudEvent"
import type { DeadLetter, Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { isItemId, ItemId } from "@flash-sale/domain/records/Ids"
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
  told: "text"
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

/** In the place of an id that is not there. */
export const NONE = ""

const changeOf = (change: { readonly by: string; readonly reason?: string } | undefined) => ({
  by_name: change === undefined ? null : Columns.storable(change.by),
  reason: change?.reason === undefined ? null : Columns.storable(change.reason)
})

/** An event of an order, or a change of an item: with its text, byte for byte. */
export const ofEvent = (
  partition: number,
  event: Exclude<ItemCloudEvent, { readonly type: "item.refused" }>,
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
  told: text
})

/** Behind the id of a letter it makes that of its handling. */
const HANDLED = "-handled"

/** The ids of a letter and of its handling. A letter from before the log was moved names its topic. */
export const letterIds = ({ offset, partition, topic }: LetterId) => {
  const place = `${topic === undefined ? "" : `${topic}:`}${partition}-${offset}`
  return { put: `${place}-letter`, handled: `${place}-letter${HANDLED}` }
}

/** Money that a shop has taken and owes to the buyer, until a person has handled its letter. */
const PAYMENT_WITHOUT_ORDER: DeadLetter["error"] = "Payment Without Order"

/** The letters of payments that a shop owes, in SQL. */
export const IS_REFUND_DUE = `type = 'letter.put' AND reason = '${PAYMENT_WITHOUT_ORDER}'`
/** Whether nobody has handled the letter of this name. */
export const isOpen = (letter: string): string =>
  `NOT EXISTS (SELECT 1 FROM archive_entries AS handled WHERE handled.partition = ${letter}.partition
    AND handled.sequence = ${letter}.sequence AND handled.id = ${letter}.id || '${HANDLED}')`

/** A letter without the value of its record, which may hold what charges a buyer: that is in the letters' topic. */
export const ofLetter = (letter: DeadLetter): EntryValues => ({
  id: Columns.storable(letterIds(letter).put),
  request_id: letter.requestId ?? NONE,
  item_id: isItemId(letter.key) ? letter.key : NONE,
  partition: letter.partition,
  sequence: letter.offset,
  type: "letter.put",
  at: Columns.millisOf(letter.timestamp),
  by_name: null,
  reason: letter.error,
  told: JSON.stringify({
    data: {
      topic: letter.topic,
      partition: letter.partition,
      offset: letter.offset,
      key: letter.key,
      error: letter.error,
      request_id: letter.requestId,
      correlation_id: letter.correlationId,
      attempt: letter.attempt,
      price: letter.price,
      currency: letter.currency,
      user_id: letter.userId,
      amount: letter.amount
    }
  })
})

/** How a letter was handled; of which order it was says its letter. */
export const ofHandling = (handling: Handling): EntryValues => ({
  id: Columns.storable(letterIds(handling).handled),
  request_id: NONE,
  item_id: NONE,
  partition: handling.partition,
  sequence: handling.offset,
  type: `letter.${handling.action}`,
  at: Columns.millisOf(handling.timestamp),
  ...changeOf({ by: handling.by, reason: handling.why }),
  told: JSON.stringify({
    data: { topic: handling.topic, partition: handling.partition, offset: handling.offset, action: handling.action }
  })
})

const readTold = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ data: Schema.Unknown })))

const dataOf = (row: Row): unknown => readTold(Columns.text(row, "told")).data

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
