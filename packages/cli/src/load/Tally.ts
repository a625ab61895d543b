/** The answers to buyers, counted during the run. */
import type { Order } from "@flash-sale/domain/records/Order"
import * as Percentiles from "./Percentiles.ts"

/**
 * How a buyer's request ended.
 *
 * - `Accepted`: 202.
 * - `AcceptedBefore`: 409, as an earlier attempt was accepted and its answer was lost.
 * - `Refused`: any other answer that repeating does not change, by its code.
 * - `Unanswered`: no answer within the bound; whether it was accepted is read from the engine.
 */
export type Answer =
  | { readonly _tag: "Accepted" }
  | { readonly _tag: "AcceptedBefore" }
  | { readonly _tag: "Refused"; readonly code: string }
  | { readonly _tag: "Unanswered"; readonly why: string }

const label = (answer: Answer): string => {
  switch (answer._tag) {
    case "Accepted":
      return "202 accepted"
    case "AcceptedBefore":
      return "409 to a repeated request: accepted by an earlier try"
    case "Refused":
      return answer.code
    case "Unanswered":
      return `no answer (${answer.why})`
  }
}

export interface Tally {
  /** One order that is sent now. */
  readonly send: () => void
  readonly sent: () => number
  /** `millis` counts from the moment at which the order was to be sent, so that waiting for a socket counts. */
  readonly add: (order: Order, answer: Answer, millis: number) => void
  /** One try that is made again, and why. */
  readonly retry: (why: string) => void
  readonly answered: () => number
  /** Orders that the engine has promised to decide. */
  readonly accepted: () => ReadonlyArray<Order>
  /** Orders of which it is not known whether the engine has accepted them. */
  readonly doubtful: () => ReadonlyArray<Order>
  /** By label, the most frequent first. */
  readonly answers: () => ReadonlyArray<readonly [label: string, count: number]>
  readonly retries: () => ReadonlyArray<readonly [why: string, count: number]>
  readonly latencies: () => Percentiles.Latencies | undefined
}

export const make = (): Tally => {
  let sent = 0
  const accepted: Array<Order> = []
  const doubtful: Array<Order> = []
  const millis: Array<number> = []
  const answers = new Map<string, number>()
  const retries = new Map<string, number>()
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  const frequent = (counts: Map<string, number>) => [...counts].toSorted(([, a], [, b]) => b - a)
  return {
    send: () => void sent++,
    sent: () => sent,
    add: (order, answer, latency) => {
      millis.push(latency)
      count(answers, label(answer))
      if (answer._tag === "Accepted" || answer._tag === "AcceptedBefore") accepted.push(order)
      if (answer._tag === "Unanswered") doubtful.push(order)
    },
    retry: (why) => void count(retries, why),
    answered: () => millis.length,
    accepted: () => accepted,
    doubtful: () => doubtful,
    answers: () => frequent(answers),
    retries: () => frequent(retries),
    latencies: () => Percentiles.of(millis)
  }
}
