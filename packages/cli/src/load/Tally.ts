/** The answers to buyers, counted during the run. */
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { Order } from "@flash-sale/domain/records/Order"
import type * as Timeline from "./html/Timeline.ts"
import * as Percentiles from "./Percentiles.ts"
import type { Action } from "./Steps.ts"

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

/**
 * How a call about a hold ended.
 *
 * - `Taken`: 202.
 * - `NotHeld`: it was not made, as the order holds no units: it was turned away, or it ended before.
 * - `Refused`: any other answer that repeating does not change, by its code; `isDueBack`: it says that the payment is.
 * - `Unanswered`: no answer within the bound.
 */
export type ActionAnswer =
  | { readonly _tag: "Taken" }
  | { readonly _tag: "NotHeld"; readonly standing: string }
  | { readonly _tag: "Refused"; readonly code: string; readonly isDueBack: boolean }
  | { readonly _tag: "Unanswered"; readonly why: string }

const actionLabel = ({ _tag }: Action, answer: ActionAnswer): string => {
  const what = _tag.toLowerCase()
  switch (answer._tag) {
    case "Taken":
      return `${what}: 202 accepted`
    case "NotHeld":
      return `${what}: not sent, as the order was ${answer.standing}`
    case "Refused":
      return `${what}: ${answer.code}${answer.isDueBack ? ", to be paid back" : ""}`
    case "Unanswered":
      return `${what}: no answer (${answer.why})`
  }
}

/** A payment that a shop has taken, and of which the engine has said what becomes of it. */
export interface ToldPayment {
  readonly order: Order
  readonly reference: PaymentReference
}

export interface Tally {
  /** One order that is sent now. */
  readonly send: () => void
  readonly sent: () => number
  /**
   * `millis` counts from the moment at which the order was to be sent, so that waiting for a socket counts; `at` from
   * the start of the run.
   */
  readonly add: (order: Order, answer: Answer, millis: number, at: number) => void
  /** One call about a hold, and how it ended. */
  readonly act: (order: Order, action: Action, answer: ActionAnswer) => void
  readonly acted: () => number
  /** By label, the most frequent first. */
  readonly actions: () => ReadonlyArray<readonly [label: string, count: number]>
  /** Payments that the engine has answered for. */
  readonly payments: () => ReadonlyArray<ToldPayment>
  /** One try that is made again, and why. */
  readonly retry: (why: string) => void
  readonly answered: () => number
  /** How long it took until the last order was answered, from the start of the run. */
  readonly seconds: () => number
  /** Orders that the engine has promised to decide. */
  readonly accepted: () => ReadonlyArray<Order>
  /** Orders of which it is not known whether the engine has accepted them. */
  readonly doubtful: () => ReadonlyArray<Order>
  /** By label, the most frequent first. */
  readonly answers: () => ReadonlyArray<readonly [label: string, count: number]>
  readonly retries: () => ReadonlyArray<readonly [why: string, count: number]>
  readonly latencies: () => Percentiles.Latencies | undefined
  /** Each answer to an order, when it came and how long it took. */
  readonly timed: () => Timeline.Answers
}

export const make = (): Tally => {
  let sent = 0
  const accepted: Array<Order> = []
  const doubtful: Array<Order> = []
  const [millis, ats]: [Array<number>, Array<number>] = [[], []]
  const kinds: Array<string> = []
  const answers = new Map<string, number>()
  const actions = new Map<string, number>()
  const payments: Array<ToldPayment> = []
  let acted = 0
  let lastAt = 0
  const retries = new Map<string, number>()
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  const frequent = (counts: Map<string, number>) => [...counts].toSorted(([, a], [, b]) => b - a)
  return {
    send: () => void sent++,
    sent: () => sent,
    add: (order, answer, latency, at) => {
      millis.push(latency)
      lastAt = Math.max(lastAt, at)
      const kind = label(answer)
      count(answers, kind)
      ats.push(at)
      kinds.push(kind)
      if (answer._tag === "Accepted" || answer._tag === "AcceptedBefore") accepted.push(order)
      if (answer._tag === "Unanswered") doubtful.push(order)
    },
    act: (order, action, answer) => {
      acted++
      count(actions, actionLabel(action, answer))
      if (action._tag !== "Paid") return
      if (answer._tag === "Taken" || (answer._tag === "Refused" && answer.isDueBack)) {
        payments.push({ order, reference: action.reference })
      }
    },
    acted: () => acted,
    actions: () => frequent(actions),
    payments: () => payments,
    retry: (why) => void count(retries, why),
    answered: () => millis.length,
    seconds: () => lastAt / 1_000,
    accepted: () => accepted,
    doubtful: () => doubtful,
    answers: () => frequent(answers),
    retries: () => frequent(retries),
    latencies: () => Percentiles.of(millis),
    timed: () => ({ at: ats, millis, kinds })
  }
}
