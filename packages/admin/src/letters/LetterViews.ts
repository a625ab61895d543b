/** Dead letters as the bodies of the admin API show them. Pure. */
import type { DeadLetter, DeadLetterStats, Handling, LetterLookup } from "@flash-sale/domain/ports/DeadLetters"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import * as Moment from "@flash-sale/domain/records/Moment"
import { ofOrder } from "@flash-sale/gateway/reads/Views"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as LetterValue from "@flash-sale/operations/letters/LetterValue"

/** Whoever asks here has a key. */
const OPERATOR = { _tag: "Key" } as const

export const rowOf = (letter: DeadLetter) => ({
  id: LetterIdText.show(letter),
  reason: letter.error,
  ...(letter.key === undefined ? {} : { item_id: letter.key }),
  ...(letter.requestId === undefined ? {} : { request_id: letter.requestId }),
  attempt: letter.attempt,
  correlation_id: letter.correlationId,
  put_at: letter.timestamp,
  ...(letter.price === undefined ? {} : { price: letter.price }),
  ...(letter.currency === undefined ? {} : { currency: letter.currency })
})

export const countsOf = ({ byReason, oldestAt, size }: DeadLetterStats) => ({
  total: size,
  by_reason: byReason,
  ...(oldestAt === undefined ? {} : { oldest_at: Moment.isoOf(oldestAt) })
})

export const handlingOf = ({ action, by, timestamp, why }: Handling) => ({ action, by, reason: why, at: timestamp })

/** `status` is what is known of the letter's order. */
export const detailsOf = (
  id: string,
  found: Exclude<LetterLookup, { readonly _tag: "Unknown" }>,
  status: StatusLookup
) =>
  found._tag === "Handled"
    ? {
      id,
      state: "handled" as const,
      ...(found.handling === undefined ? {} : { handling: handlingOf(found.handling) })
    }
    : {
      id,
      state: "open" as const,
      letter: rowOf(found.letter),
      ...LetterValue.shown(found.letter.value),
      ...(status._tag === "Kept" ? { order_status: status.record.status, order: ofOrder(status.record, OPERATOR) } : {})
    }
