/** Holds and refunds of an item as rows: what is open, and which payments are due back. */
import { isPaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, isRequestId, isUserId, type RequestId } from "@flash-sale/domain/records/Ids"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import type { HoldFacts, OpenOrder, RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import { HashMap, Option } from "effect"
import {
  type Connection,
  integer,
  optionalInteger,
  optionalText,
  type Row,
  RowDamaged,
  text
} from "../database/Connection.ts"

const requestOf = (row: Row): RequestId => {
  const value = text(row, "request")
  if (isRequestId(value)) return value
  throw new RowDamaged("request", value)
}

const referenceOf = (row: Row) => {
  const value = optionalText(row, "reference")
  if (value === undefined || isPaymentReference(value)) return value
  throw new RowDamaged("reference", value)
}

const metadataOf = (row: Row): OrderMetadata.MetadataJson | undefined => {
  const json = optionalText(row, "metadata")
  const metadata = json === undefined ? undefined : OrderMetadata.read(json)
  if (metadata !== json) throw new RowDamaged("metadata", json)
  return metadata
}

/** How an order that began as a hold was confirmed, by its row of the orders. */
export const toHold = (row: Row): HoldFacts | undefined =>
  integer(row, "hold") === 1
    ? { confirmedAtOffset: optionalInteger(row, "confirmed"), reference: referenceOf(row) }
    : undefined

export const toOpen = (row: Row): readonly [RequestId, OpenOrder] => {
  const traceparent = optionalText(row, "traceparent")
  const metadata = metadataOf(row)
  return [requestOf(row), {
    dueAt: optionalInteger(row, "due"),
    correlationId: CorrelationId.make(text(row, "correlation_id")),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(metadata === undefined ? {} : { metadata })
  }]
}

export const toDue = (row: Row): readonly [RequestId, RefundDue] => {
  const [reference, userId] = [referenceOf(row), optionalText(row, "user")]
  if (reference === undefined) throw new RowDamaged("reference", undefined)
  if (userId !== undefined && !isUserId(userId)) throw new RowDamaged("user", userId)
  return [requestOf(row), { offset: integer(row, "offset"), reference, userId }]
}

/** The payments that are due, together for each request, in the order of their records. */
export const byRequest = (
  rows: ReadonlyArray<readonly [RequestId, RefundDue]>
): HashMap.HashMap<RequestId, ReadonlyArray<RefundDue>> => {
  let all = HashMap.empty<RequestId, ReadonlyArray<RefundDue>>()
  for (const [requestId, due] of rows) {
    all = HashMap.set(all, requestId, [...Option.getOrElse(HashMap.get(all, requestId), () => []), due])
  }
  return all
}

const PUT_OPEN = `
INSERT OR REPLACE INTO open_orders(item, request, due, correlation_id, traceparent, metadata)
VALUES (?, ?, ?, ?, ?, ?)`
const PUT_DUE = "INSERT OR REPLACE INTO refunds_due(item, request, offset, reference, user) VALUES (?, ?, ?, ?, ?)"

/** Writes what is open now, or removes it. */
export const saveOpen = (
  connection: Connection,
  id: number,
  requestId: RequestId,
  open: OpenOrder | undefined
): void => {
  if (open === undefined) {
    connection.run("DELETE FROM open_orders WHERE item = ? AND request = ?", id, requestId)
  } else {
    const { correlationId, dueAt, metadata, traceparent } = open
    connection.run(PUT_OPEN, id, requestId, dueAt ?? null, correlationId, traceparent ?? null, metadata ?? null)
  }
}

/** Adds payments that are due. None is ever taken away. */
export const saveDue = (
  connection: Connection,
  id: number,
  requestId: RequestId,
  all: ReadonlyArray<RefundDue>
): void => {
  for (const { offset, reference, userId } of all) {
    connection.run(PUT_DUE, id, requestId, offset, reference, userId ?? null)
  }
}
