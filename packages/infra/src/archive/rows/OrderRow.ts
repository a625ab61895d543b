/** Orders as rows of `archive_orders`. */
import type { FoldedOrder } from "@flash-sale/domain/archive/OrderFold"
import { EventMetadata } from "@flash-sale/domain/events/OrderEvent"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Schema } from "effect"
import * as Columns from "../sql/Columns.ts"
import type { Insertion, Kind, Row, Statement, Value } from "../sql/Session.ts"
import * as OrderKey from "./OrderKey.ts"

/** The columns but for `n`, which the database gives. */
export const COLUMNS = {
  request_id: "text",
  item_id: "text",
  partition: "integer",
  attempt: "integer",
  place: "integer",
  step: "integer",
  user_id: "text",
  amount: "integer",
  price: "integer",
  currency: "text",
  status: "text",
  reason: "text",
  expires_at: "integer",
  accepted_at: "integer",
  created_at: "integer",
  updated_at: "integer",
  correlation_id: "text",
  traceparent: "text",
  metadata: "text",
  payment_reference: "text",
  restocked: "integer"
} as const satisfies Readonly<Record<string, Kind>>

const NAMES = Object.keys(COLUMNS)

/** Keeps orders as they are given. */
export const SAVE: Insertion = {
  columns: COLUMNS,
  into: "archive_orders",
  rest: `ON CONFLICT(request_id, item_id) DO UPDATE SET ${
    NAMES.filter((name) => !Object.hasOwn(OrderKey.COLUMNS, name)).map((name) => `${name} = excluded.${name}`).join(
      ", "
    )
  }`
}

/** The orders of these keys. */
export const FIND: Statement = {
  columns: OrderKey.COLUMNS,
  sql: `SELECT found.* FROM input JOIN archive_orders AS found
    ON found.request_id = input.request_id AND found.item_id = input.item_id`
}

export const DELETE: Statement = {
  columns: OrderKey.COLUMNS,
  sql: `DELETE FROM archive_orders WHERE n IN (
    SELECT gone.n FROM input JOIN archive_orders AS gone
      ON gone.request_id = input.request_id AND gone.item_id = input.item_id
  )`
}

const orNull = <A extends Value>(value: A | undefined): A | null => value === undefined ? null : value
const textOrNull = (value: string | undefined): string | null => value === undefined ? null : Columns.storable(value)
const millisOrNull = (iso: string | undefined): number | null => iso === undefined ? null : Columns.millisOf(iso)

export const write = (order: FoldedOrder): Record<keyof typeof COLUMNS, Value> => ({
  ...OrderKey.of(order),
  partition: order.partition,
  attempt: order.attempt,
  place: order.placedAtOffset,
  step: order.step,
  user_id: orNull(order.userId),
  amount: orNull(order.amount),
  price: orNull(order.price),
  currency: orNull(order.currency),
  status: order.status,
  reason: textOrNull(order.reason),
  expires_at: millisOrNull(order.expiresAt),
  accepted_at: millisOrNull(order.acceptedAt),
  created_at: Columns.millisOf(order.createdAt),
  updated_at: Columns.millisOf(order.updatedAt),
  correlation_id: orNull(order.correlationId),
  traceparent: textOrNull(order.traceparent),
  metadata: order.metadata === undefined ? null : JSON.stringify(order.metadata),
  payment_reference: orNull(order.paymentReference),
  restocked: order.restocked === undefined ? null : Number(order.restocked)
})

/** A text of a brand that was checked when it was taken in. */
const optional = <A>(row: Row, column: string, make: (text: string) => A): A | undefined => {
  const value = Columns.optionalText(row, column)
  return value === undefined ? undefined : make(value)
}

const isStatus = (text: string): text is OrderStatus => OrderStatus.literals.some((word) => word === text)
const isStep = (step: number): step is FoldedOrder["step"] => [0, 1, 2, 3, 4].includes(step)

export const statusOf = (row: Row): OrderStatus => {
  const text = Columns.text(row, "status")
  if (isStatus(text)) return text
  throw new Columns.ColumnUnreadable("status", text)
}

const stepOf = (row: Row): FoldedOrder["step"] => {
  const step = Columns.integer(row, "step")
  if (isStep(step)) return step
  throw new Columns.ColumnUnreadable("step", step)
}

const readMetadata = Schema.decodeUnknownSync(Schema.fromJsonString(EventMetadata))

export const read = (row: Row): FoldedOrder => {
  const metadata = Columns.optionalText(row, "metadata")
  const restocked = Columns.optionalInteger(row, "restocked")
  const step = stepOf(row)
  return {
    partition: PartitionId.make(Columns.integer(row, "partition")),
    itemId: ItemId.make(Columns.text(row, "item_id")),
    requestId: RequestId.make(Columns.text(row, "request_id")),
    attempt: Columns.integer(row, "attempt"),
    placedAtOffset: Offset.make(Columns.integer(row, "place")),
    step,
    userId: optional(row, "user_id", (text) => UserId.make(text)),
    amount: Columns.optionalInteger(row, "amount"),
    price: Columns.optionalInteger(row, "price"),
    currency: Columns.optionalText(row, "currency"),
    status: statusOf(row),
    reason: Columns.optionalText(row, "reason"),
    confirmed: step === 2,
    expiresAt: Columns.optionalTime(row, "expires_at"),
    acceptedAt: Columns.optionalTime(row, "accepted_at"),
    createdAt: Columns.time(row, "created_at"),
    updatedAt: Columns.time(row, "updated_at"),
    correlationId: optional(row, "correlation_id", (text) => CorrelationId.make(text)),
    traceparent: Columns.optionalText(row, "traceparent"),
    metadata: metadata === undefined ? undefined : readMetadata(metadata),
    paymentReference: optional(row, "payment_reference", (text) => PaymentReference.make(text)),
    restocked: restocked === undefined ? undefined : restocked === 1
  }
}
