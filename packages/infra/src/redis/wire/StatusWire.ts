/**
 * The values of the keys `order_status:<request_id>`: statuses as JSON, and claims, which are statuses with a lease.
 */
import { type AdmissionRequest, keptMillis, type Retention } from "@flash-sale/domain/ports/OrderStatuses"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import * as StatusRule from "@flash-sale/domain/records/StatusRule"
import * as Json from "@flash-sale/domain/records/wire/Json"
import * as StatusReading from "@flash-sale/domain/records/wire/StatusReading"
import { Result, Schema } from "effect"

const decodeRecord = Schema.decodeUnknownResult(OrderStatus.StatusRecord)

/** The end of a claim's value, with its lease: a script removes it as text, without parsing the JSON. */
export const leaseEnd = (owner: string): string => `,"lease":${JSON.stringify(owner)}}`

/** The value of a claim: the status PENDING, with the lease at its end. */
export const claim = (request: AdmissionRequest, lease: string, updatedAt: string): string =>
  OrderStatus.write({
    requestId: request.requestId,
    itemId: request.itemId,
    amount: request.amount,
    status: "PENDING",
    attempt: 1,
    correlationId: request.correlationId,
    updatedAt,
    fingerprint: request.fingerprint
  }).slice(0, -1) + lease

/** The arguments of `lua/write_status.lua` for these statuses: of each its JSON, its stamp, and how long it is kept. */
export const statusArgs = (
  records: ReadonlyArray<OrderStatus.StatusRecord>,
  retention: Retention
): ReadonlyArray<string> =>
  records.flatMap((record) => [OrderStatus.write(record), stampOf(record), String(keptMillis(record, retention))])

/** The words by which a status is compared. None holds a space: items and fingerprints are made of checked ids. */
const stampOf = (record: OrderStatus.StatusRecord): string => {
  const { attempt, fingerprint, itemId, placedAtOffset = -1 } = record
  const [step, told] = [OrderStatus.step(record), StatusRule.told(record)]
  return `${itemId} ${fingerprint} ${attempt} ${placedAtOffset} ${step} ${told} ${StatusRule.standing(record)}`
}

/** What a value holds; `Damaged` where it is neither a claim nor a status. */
export type StatusValue =
  | { readonly _tag: "Leased"; readonly fingerprint: string }
  | { readonly _tag: "Kept"; readonly record: OrderStatus.StatusRecord }
  | { readonly _tag: "Damaged" }

const schemaRead = (value: unknown): StatusValue => {
  const record = decodeRecord(value)
  return Result.isSuccess(record) ? { _tag: "Kept", record: record.success } : { _tag: "Damaged" }
}

/** Polls of orders read most of them. */
export const read = (text: string): StatusValue => {
  const value = Json.parse(text)
  if (!Json.isObject(value)) return { _tag: "Damaged" }
  const { fingerprint, lease } = value
  if (typeof lease === "string" && typeof fingerprint === "string") return { _tag: "Leased", fingerprint }
  const record = StatusReading.readUsual(value)
  return record === undefined ? schemaRead(value) : { _tag: "Kept", record }
}
