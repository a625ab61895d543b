/** Reads what is known of a request, from its row. An expired one counts as absent. */
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { DueReference, OrderStatus, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Schema } from "effect"
import {
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  type Row,
  text,
  word
} from "../database/Connection.ts"
import type { StatusClock } from "./StatusClock.ts"

/**
 * A claim has an owner until it is confirmed; its record is the status that it becomes then. Of a row that holds no
 * status the record is undefined: somebody else wrote it, and it concerns its own order alone.
 */
export interface StatusRow {
  readonly owner: string | undefined
  readonly record: StatusRecord | undefined
}

/** The payments that are due back, as one column holds them. */
export const Dues = Schema.fromJsonString(Schema.Array(DueReference))
const decodeDue = Schema.decodeSync(Dues)

const FIND = `
SELECT * FROM statuses WHERE request = ? AND expires > ? AND (owner IS NULL OR expires <= ?)`

export const find = (connection: Connection, requestId: RequestId, time: StatusClock): StatusRow | undefined => {
  const row = connection.get(FIND, requestId, time.now(), time.lastLease())
  return row === undefined ? undefined : readRow(row)
}

const readRow = (row: Row): StatusRow => {
  try {
    return { owner: optionalText(row, "owner"), record: toRecord(row) }
  } catch {
    // Only values throw here, those that no status has. Whoever looks the order up reports it.
    return { owner: undefined, record: undefined }
  }
}

const toRecord = (row: Row): StatusRecord => {
  const amount = optionalInteger(row, "amount")
  const reason = optionalText(row, "reason")
  const place = optionalInteger(row, "place")
  const expiresAt = optionalText(row, "expires_at")
  const refundDue = optionalText(row, "refund_due")
  return {
    requestId: RequestId.make(text(row, "request")),
    itemId: ItemId.make(text(row, "item")),
    status: word(OrderStatus.literals, row, "status"),
    attempt: integer(row, "attempt"),
    correlationId: CorrelationId.make(text(row, "correlation_id")),
    updatedAt: text(row, "updated_at"),
    fingerprint: text(row, "fingerprint"),
    ...(amount === undefined ? {} : { amount }),
    ...(reason === undefined ? {} : { reason }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(integer(row, "confirmed") === 1 ? { confirmed: true as const } : {}),
    ...(optionalText(row, "refund") === undefined ? {} : { refund: "pending" as const }),
    ...(refundDue === undefined ? {} : { refundDue: decodeDue(refundDue) }),
    ...(place === undefined ? {} : { placedAtOffset: Offset.make(place) })
  }
}
