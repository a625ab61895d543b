/**
 * The values of the keys `order_status:<request_id>`: statuses as JSON, and claims, which are statuses with a lease.
 */
import { type AdmissionRequest, keptMillis, type Retention } from "@flash-sale/domain/ports/OrderStatuses"
import * as OrderStatus from "@flash-sale/domain/records/OrderStatus"
import * as StatusRule from "@flash-sale/domain/records/StatusRule"
import { Result, Schema } from "effect"

const decodeRecord = Schema.decodeUnknownResult(Schema.fromJsonString(OrderStatus.StatusRecord))
const decodeLease = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ lease: Schema.String, fingerprint: Schema.String }))
)
const encodeText = Schema.encodeSync(Schema.fromJsonString(Schema.String))

/** The end of a claim's value, with its lease: a script removes it as text, without parsing the JSON. */
export const leaseEnd = (owner: string): string => `,"lease":${encodeText(owner)}}`

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

export const read = (value: string): StatusValue => {
  const lease = decodeLease(value)
  if (Result.isSuccess(lease)) return { _tag: "Leased", fingerprint: lease.success.fingerprint }
  const record = decodeRecord(value)
  return Result.isSuccess(record) ? { _tag: "Kept", record: record.success } : { _tag: "Damaged" }
}
