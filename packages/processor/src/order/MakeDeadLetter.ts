/** Dead letters, from the records and orders that they are about. */
import type { DeadLetter, DeadLetterReason } from "@flash-sale/domain/ports/DeadLetters"
import type { CorrelationId, RequestId } from "@flash-sale/domain/records/Ids"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import type { KnownOrder, SourceRecord } from "./OpenOrder.ts"

/** The letter of a record, its value byte for byte. */
export const of = (
  record: SourceRecord,
  error: DeadLetterReason,
  requestId: RequestId | undefined,
  correlationId: CorrelationId,
  attempt: number,
  timestamp: string
): DeadLetter => ({
  partition: record.partition,
  offset: record.offset,
  ...(record.key === undefined ? {} : { key: record.key }),
  value: record.value,
  error,
  ...(requestId === undefined ? {} : { requestId }),
  correlationId,
  attempt,
  timestamp
})

/** What the order was to be charged. */
export const chargedOf = (
  { currency, price }: Pick<OrderOutcome, "currency" | "price">
): Pick<DeadLetter, "price" | "currency"> => ({
  ...(price === undefined ? {} : { price }),
  ...(currency === undefined ? {} : { currency })
})

/** What a record that only confirms an order does not say of it. */
export const orderOf = ({ amount, userId }: Pick<KnownOrder, "amount" | "userId">): Pick<
  DeadLetter,
  "userId" | "amount"
> => ({ userId, amount })
