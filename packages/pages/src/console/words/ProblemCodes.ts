/** What keeps an engine from being healthy, in words, and where the runbook goes on. Pure. */
import { countOf } from "../../sale/TimeLeft.ts"
import type { Overview } from "../calls/Wire.ts"

export interface ShownProblem {
  readonly tone: "bad" | "warn"
  readonly title: string
  readonly text: string
  /** The heading of the runbook, as its anchor. */
  readonly section: string
  /** The page of the console where something can be done about it. */
  readonly page?: ProblemPage
}

/** By the name of its place. */
export type ProblemPage = "dead-letters" | "items"

type Code = Overview["problems"][number]["code"]
type Words = readonly [one: string, many: string, text: string, section: string, page?: ProblemPage]

const OF_CODE: Readonly<Record<Code, Words>> = {
  no_gateway: ["No gateway reports", "", "Nobody takes orders.", "flashsalenogateway"],
  no_processor: ["No processor reports", "", "Orders are taken and wait in the log.", "flashsalenoprocessor"],
  redis_away: [
    "One instance cannot use the store",
    "# instances cannot use the store",
    "Orders wait, and statuses cannot be read. Everything goes on by itself when it is back.",
    "redis-is-away-or-was-lost"
  ],
  kafka_away: [
    "One instance cannot use the order log",
    "# instances cannot use the order log",
    "No order can be taken or decided there.",
    "orders-are-accepted-and-not-processed"
  ],
  breaker_not_closed: [
    "One gateway refuses all orders",
    "# gateways refuse all orders",
    "The log has failed several times in a row. It is asked again by itself.",
    "the-breaker-is-open"
  ],
  partitions_unowned: [
    "Nobody processes one partition",
    "Nobody processes # partitions",
    "Orders of their items wait. Is a processor missing?",
    "orders-are-accepted-and-not-processed"
  ],
  partitions_waiting: [
    "One partition waits",
    "# partitions wait",
    "Their processor waits for the store or the log.",
    "orders-are-accepted-and-not-processed"
  ],
  partitions_halted: [
    "One partition is halted",
    "# partitions are halted",
    "The log is not what it was. A person has to decide.",
    "the-log-was-lost"
  ],
  items_stopped: [
    "One item stands still",
    "# items stand still",
    "What is stored of it is damaged. Others go on.",
    "an-item-is-stopped",
    "items"
  ],
  payments_held_back: [
    "Payments are held back",
    "",
    "The provider does not answer, or a key is missing. Units stay held until then.",
    "payments-do-not-get-through"
  ]
}

export const ofCode = ({ code, count }: Overview["problems"][number]): ShownProblem => {
  const words = Object.hasOwn(OF_CODE, code) ? OF_CODE[code] : undefined
  if (words === undefined) {
    return { tone: "bad", title: code, text: "A later release knows more.", section: "what-you-see" }
  }
  const [one, many, text, section, page] = words
  const title = count === 1 || many === "" ? one : many.replace("#", countOf(count))
  return { tone: "bad", title, text, section, ...(page === undefined ? {} : { page }) }
}
