/** Dead letters as the admin API writes them, read for the commands. Pure. */
import type * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import type { Handling, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import type * as Letters from "@flash-sale/operations/letters/Letters"
import { RECORD_KINDS, type Refusal } from "@flash-sale/operations/letters/Refusal"
import { OUTLOOKS } from "@flash-sale/operations/letters/ReplayOutlook"
import { Option, Schema } from "effect"
import type * as LetterView from "./LetterView.ts"

export type Page = typeof LetterBodies.LetterPage.Type
export type Outcome = typeof LetterBodies.Handled.Type["letters"][number]

const isStatus = Schema.is(OrderStatus)

/** Durations there are whole seconds: a part of one counts as one. */
export const filterOf = ({ item, olderThanMillis, reason }: Letters.Filter) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(item === undefined ? {} : { item }),
  ...(olderThanMillis === undefined ? {} : { older_than: `${Math.ceil(olderThanMillis / 1_000)}s` })
})

export const rowOf = (row: Page["letters"][number]): LetterView.LetterRow => ({
  id: row.id,
  reason: row.reason,
  key: row.item_id,
  requestId: row.request_id,
  attempt: row.attempt,
  correlationId: row.correlation_id,
  timestamp: row.put_at,
  price: row.price,
  currency: row.currency
})

const handlingOf = (id: LetterId, handling: Outcome["handling"]): Handling | undefined =>
  handling === undefined ? undefined : {
    ...id,
    action: handling.action,
    by: handling.by,
    why: handling.reason,
    timestamp: handling.at
  }

export const foundOf = (id: LetterId, details: typeof LetterBodies.LetterDetails.Type): LetterView.Found =>
  details.letter === undefined
    ? { _tag: "Handled", handling: handlingOf(id, details.handling) }
    : {
      _tag: "Open",
      letter: rowOf(details.letter),
      value: {
        ...("value" in details ? { value: details.value } : {}),
        ...(details.value_text === undefined ? {} : { value_text: details.value_text }),
        ...(details.value_base64 === undefined ? {} : { value_base64: details.value_base64 })
      },
      order: details.order
    }

/** The handling of a letter that an outcome names. */
const handlingIn = ({ handling, id }: Outcome): Handling | undefined =>
  Option.getOrUndefined(Option.map(LetterIdText.read(id), (letterId) => handlingOf(letterId, handling)))

/** Why nothing is done; the code alone where what it says cannot be read. */
const refusalOf = (code: string, outcome: Outcome): Refusal | string => {
  const { attempt, detail, item_id: itemId, order_status: status, request_id: requestId } = outcome
  switch (code) {
    case "unknown_letter":
    case "no_order":
    case "payment_due":
    case "unreadable_value":
      return { code }
    case "not_taken": {
      const kind = RECORD_KINDS.find((known) => known === outcome.kind)
      return kind === undefined ? code : { code, kind }
    }
    case "handled":
      return { code, handling: handlingIn(outcome) }
    case "item_stopped":
      return itemId === undefined ? code : { code, itemId, detail: detail ?? "its records cannot be folded" }
  }
  if (requestId === undefined) return code
  if (code === "being_placed" || code === "order_unknown") return { code, requestId }
  if (code === "other_item") {
    return itemId === undefined || !isStatus(status)
      ? code
      : { code, requestId, status, itemId }
  }
  if (attempt === undefined) return code
  if (code === "too_many_attempts" || code === "attempt_unknown") return { code, requestId, attempt }
  return code === "not_failed" && isStatus(status) ? { code, requestId, status, attempt } : code
}

const DONE: ReadonlyArray<string> = ["replayed", "recorded", "discarded", "done_before", "failed", "left"]

export const refusedOf = (outcome: Outcome): ReadonlyArray<LetterView.RefusedLetter> =>
  DONE.includes(outcome.outcome) ? [] : [{ id: outcome.id, refusal: refusalOf(outcome.outcome, outcome) }]

const before = ({ currency_before: currency, price_before: price }: Outcome) => ({ price, currency })
const now = ({ currency_now: currency, price_now: price }: Outcome) => ({ price, currency })

export const replayedOf = (outcome: Outcome): ReadonlyArray<LetterView.Replayed> => {
  const { attempt = 0, id, item_id: itemId = "", order_status: status, request_id: requestId = "" } = outcome
  if (outcome.outcome === "replayed") {
    return [{ _tag: "Replayed", id, requestId, itemId, attempt, before: before(outcome), now: now(outcome) }]
  }
  if (outcome.outcome === "recorded") {
    return [{ _tag: "Recorded", id, requestId, itemId, attempt, why: outcome.code ?? "the store did not take it" }]
  }
  if (outcome.outcome !== "done_before") return []
  return status === undefined
    ? [{ _tag: "Done", id, handling: handlingIn(outcome) }]
    : [{ _tag: "InLog", id, requestId, attempt, status }]
}

export const discardedOf = (outcome: Outcome): ReadonlyArray<LetterView.Discarded> => {
  if (outcome.outcome === "discarded") {
    return [{ _tag: "Discarded", id: outcome.id, isPaidBack: outcome.paid_back === true }]
  }
  return outcome.outcome === "done_before" ? [{ _tag: "Done", id: outcome.id, handling: handlingIn(outcome) }] : []
}

/** What would become of a letter; what this release has no word for is refused by its code. */
export const previewOf = (outcome: Outcome): LetterView.PreviewRow => {
  const known = OUTLOOKS.find((outlook) => outlook === outcome.outcome)
  const isPlaced = outcome.amount !== undefined
  return {
    id: outcome.id,
    outlook: known ?? "refused",
    requestId: isPlaced ? outcome.request_id : undefined,
    itemId: isPlaced ? outcome.item_id : undefined,
    amount: outcome.amount,
    attempt: isPlaced ? outcome.attempt : undefined,
    before: isPlaced ? before(outcome) : undefined,
    now: isPlaced ? now(outcome) : undefined,
    isCertain: outcome.certain ?? true,
    refusal: known === undefined
      ? outcome.outcome
      : outcome.code === undefined
      ? undefined
      : refusalOf(outcome.code, outcome)
  }
}
