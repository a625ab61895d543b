/** What becomes of a letter, under the names that programs read it by: those of the HTTP API, at both doors. Pure. */
import * as FailureCode from "../append/FailureCode.ts"
import type { Discarded } from "./Discard.ts"
import type { DiscardResult } from "./DiscardRun.ts"
import type { Refusal } from "./Refusal.ts"
import type { Replayed } from "./Replay.ts"
import type { PreviewEntry } from "./ReplayPreview.ts"
import type { LetterResult } from "./ReplayRun.ts"

/** `outcome` says what was done, or why nothing was; `code`, why something failed or would be refused. */
export interface LetterOutcome {
  readonly id: string
  readonly outcome: string
  readonly code?: string
  readonly order_status?: string
  readonly item_id?: string
  readonly request_id?: string
  readonly attempt?: number
}

export const ofReplayed = (id: string, replayed: Replayed): LetterOutcome => {
  switch (replayed._tag) {
    case "Done":
      return { id, outcome: "done_before" }
    case "InLog": {
      const { attempt, itemId, requestId, status } = replayed.status
      return { id, outcome: "done_before", order_status: status, item_id: itemId, request_id: requestId, attempt }
    }
    case "Recorded":
    case "Replayed": {
      const { attempt, order: { itemId, requestId } } = replayed.next
      const about = { item_id: itemId, request_id: requestId, attempt }
      return replayed._tag === "Replayed"
        ? { id, outcome: "replayed", ...about }
        : { id, outcome: "recorded", code: FailureCode.codeOf(replayed.error), ...about }
    }
  }
}

export const ofDiscarded = (id: string, discarded: Discarded): LetterOutcome => ({
  id,
  outcome: discarded._tag === "Done" ? "done_before" : "discarded"
})

const ofRefusal = (id: string, refusal: Refusal): LetterOutcome => ({
  id,
  outcome: refusal.code,
  ..."status" in refusal ? { order_status: refusal.status } : {}
})

export const of = (result: LetterResult | DiscardResult): LetterOutcome => {
  switch (result._tag) {
    case "Left":
      return { id: result.id, outcome: "left" }
    case "NotTried":
      return { id: result.id, outcome: "left", code: "not_tried" }
    case "Refused":
      return ofRefusal(result.id, result.refusal)
    case "Failed":
      return { id: result.id, outcome: "failed", code: FailureCode.codeOf(result.error) }
    case "Replayed":
      return ofReplayed(result.id, result.replayed)
    case "Discarded":
      return ofDiscarded(result.id, result.discarded)
  }
}

/** What would become of it. */
export const ofPreview = ({ id, next, outlook, refusal }: PreviewEntry): LetterOutcome => ({
  id,
  outcome: outlook,
  ...(refusal === undefined ? {} : { code: refusal.code }),
  ...(next === undefined
    ? {}
    : { item_id: next.order.itemId, request_id: next.order.requestId, attempt: next.attempt })
})

const DONE: ReadonlyArray<string> = ["replayed", "recorded", "discarded", "done_before"]

/** Whether nothing more is to be done about the letter, or its attempt is in the log. */
export const isDone = ({ outcome }: LetterOutcome): boolean => DONE.includes(outcome)
