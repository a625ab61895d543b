/** What became, or would become, of dead letters, as the bodies of the admin API show it. Pure. */
import type * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import type { Handling } from "@flash-sale/domain/ports/DeadLetters"
import * as FailureCode from "@flash-sale/operations/append/FailureCode"
import type { Discarded } from "@flash-sale/operations/letters/Discard"
import type { DiscardResult } from "@flash-sale/operations/letters/DiscardRun"
import type { Refusal } from "@flash-sale/operations/letters/Refusal"
import type { Replayed } from "@flash-sale/operations/letters/Replay"
import type { Place } from "@flash-sale/operations/letters/ReplayCheck"
import type { PreviewEntry } from "@flash-sale/operations/letters/ReplayPreview"
import type { LetterResult } from "@flash-sale/operations/letters/ReplayRun"
import * as LetterViews from "./LetterViews.ts"

export type Outcome = typeof LetterBodies.Handled.Type["letters"][number]

interface Charged {
  readonly price?: number | undefined
  readonly currency?: string | undefined
}

const handled = (handling: Handling | undefined) =>
  handling === undefined ? {} : { handling: LetterViews.handlingOf(handling) }

/** What a refusal says beside its code. */
const detailsOf = (refusal: Refusal) => ({
  ...("status" in refusal ? { order_status: refusal.status } : {}),
  ...("requestId" in refusal ? { request_id: refusal.requestId } : {}),
  ...("itemId" in refusal ? { item_id: refusal.itemId } : {}),
  ...("attempt" in refusal ? { attempt: refusal.attempt } : {}),
  ...("detail" in refusal ? { detail: refusal.detail } : {}),
  ...("kind" in refusal ? { kind: refusal.kind } : {}),
  ...("handling" in refusal ? handled(refusal.handling) : {})
})

const placed = ({ attempt, order: { amount, itemId, requestId } }: Place) => ({
  request_id: requestId,
  item_id: itemId,
  amount,
  attempt
})

const priced = (before: Charged | undefined, now: Charged | undefined) => ({
  ...(before?.price === undefined ? {} : { price_before: before.price }),
  ...(before?.currency === undefined ? {} : { currency_before: before.currency }),
  ...(now?.price === undefined ? {} : { price_now: now.price }),
  ...(now?.currency === undefined ? {} : { currency_now: now.currency })
})

const refused = ({ id, refusal }: { readonly id: string; readonly refusal: Refusal }): Outcome => ({
  id,
  outcome: refusal.code,
  ...detailsOf(refusal)
})

export const ofPreviewed = ({ id, isCertain, letter, next, outlook, refusal, sale }: PreviewEntry): Outcome => ({
  id,
  outcome: outlook,
  ...(refusal === undefined ? {} : { code: refusal.code, ...detailsOf(refusal) }),
  ...(next === undefined ? {} : placed(next)),
  ...priced(letter, sale),
  certain: isCertain
})

const ofReplayed = (id: string, replayed: Replayed): Outcome => {
  switch (replayed._tag) {
    case "Done":
      return { id, outcome: "done_before", ...handled(replayed.handling) }
    case "InLog": {
      const { attempt, requestId, status } = replayed.status
      return { id, outcome: "done_before", order_status: status, request_id: requestId, attempt }
    }
    case "Recorded":
      return { id, outcome: "recorded", code: FailureCode.codeOf(replayed.error), ...placed(replayed.next) }
    case "Replayed":
      return { id, outcome: "replayed", ...placed(replayed.next), ...priced(replayed.letter, replayed.sale) }
  }
}

const ofDiscarded = (id: string, discarded: Discarded): Outcome =>
  discarded._tag === "Discarded"
    ? { id, outcome: "discarded", ...(discarded.isPaidBack ? { paid_back: true as const } : {}) }
    : { id, outcome: "done_before", ...handled(discarded.handling) }

export const of = (result: LetterResult | DiscardResult): Outcome => {
  switch (result._tag) {
    case "Left":
      return { id: result.id, outcome: "left" }
    case "NotTried":
      return { id: result.id, outcome: "left", code: "not_tried" }
    case "Refused":
      return refused(result)
    case "Failed":
      return { id: result.id, outcome: "failed", code: FailureCode.codeOf(result.error) }
    case "Replayed":
      return ofReplayed(result.id, result.replayed)
    case "Discarded":
      return ofDiscarded(result.id, result.discarded)
  }
}

const DONE: ReadonlyArray<string> = ["replayed", "recorded", "discarded", "done_before"]

/** Whether the letter is handled, or its attempt is in the log. */
export const isDone = ({ outcome }: Outcome): boolean => DONE.includes(outcome)
