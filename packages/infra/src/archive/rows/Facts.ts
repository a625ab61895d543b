/** The events that orders are folded from, as they are kept: their own text, read again. */
import type { OrderFact } from "@flash-sale/domain/archive/OrderFold"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { OrderEventType } from "@flash-sale/domain/events/OrderEvent"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Result } from "effect"
import * as Columns from "../sql/Columns.ts"
import type { Row, Statement } from "../sql/Session.ts"
import * as OrderKey from "./OrderKey.ts"

export type OrderEvent = OrderFact["event"]

const TYPES: ReadonlyArray<string> = OrderEventType.literals

export const isOrderEvent = (event: CloudEvent.CloudEvent): event is OrderEvent => TYPES.includes(event.type)

/** All of these orders. */
export const FIND: Statement = {
  columns: OrderKey.COLUMNS,
  sql: `SELECT found.partition, found.body FROM input JOIN archive_entries AS found
    ON found.request_id = input.request_id AND found.item_id = input.item_id
      AND found.type IN (${TYPES.map((type) => `'${type}'`).join(", ")})`
}

export const read = (row: Row): OrderFact => {
  const event = Result.getOrThrow(CloudEvent.read(Columns.text(row, "body")))
  if (!isOrderEvent(event)) throw new Columns.ColumnUnreadable("body", event.type)
  return { partition: PartitionId.make(Columns.integer(row, "partition")), event }
}
