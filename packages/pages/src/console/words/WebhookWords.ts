/** How a webhook does, in words. Pure. */
import type { WebhookReplayRow, WebhookRow } from "../calls/WebhookWire.ts"
import { numbered } from "./Figures.ts"
import { bothOf } from "./Moments.ts"

export interface ConditionWords {
  readonly look: "good" | "warn" | "bad" | "plain"
  readonly words: string
  /** What it means, and what can be done. */
  readonly text: string
}

const CONDITIONS: Readonly<Record<WebhookRow["condition"], ConditionWords>> = {
  delivering: { look: "good", words: "Delivering", text: "It is told what happens." },
  disabled: {
    look: "plain",
    words: "Disabled",
    text: "The file of the webhooks says so. What happens meanwhile is kept."
  },
  unlisted: { look: "plain", words: "Not in the file", text: "It is told nothing any more." },
  gone: {
    look: "bad",
    words: "Answered 410",
    text: "It asked to be told nothing more. It is told again when its url changes, or once it is enabled."
  },
  full: {
    look: "bad",
    words: "Full",
    text: "As many deliveries wait as may wait: nothing new is sent until it takes what it was told."
  },
  unheld: {
    look: "bad",
    words: "Nobody delivers",
    text: "No process of webhooks runs, or none has read its entry yet."
  }
}

const FAILING: ConditionWords = {
  look: "warn",
  words: "Failing",
  text: "It took nothing the last time. What it was not told is tried again, less and less often."
}

type Standing = Pick<WebhookRow, "condition" | "last_failure_at" | "last_success_at" | "waiting">

export const conditionOf = (row: Standing): ConditionWords => {
  const { condition, last_failure_at: failed = "", last_success_at: succeeded = "", waiting } = row
  return condition === "delivering" && waiting > 0 && failed > succeeded ? FAILING : CONDITIONS[condition]
}

/** What a replay sends, or has sent. */
export const replayOf = ({ dead, from, ids, until }: WebhookReplayRow): string => {
  if (dead === true) return "What was given up"
  if (ids !== undefined) return numbered(ids.length, "event")
  const [begin, end] = [from, until].map((iso) => iso === undefined ? "now" : bothOf(Date.parse(iso)))
  return `From ${begin} until ${end}`
}
