/** What became of orders that were tried again, as far as it is known soon. */
import { FlashSaleError } from "@flash-sale/client/http/FlashSaleError.ts"
import { countOf } from "../../sale/TimeLeft.ts"
import { pause } from "../../sale/Timers.ts"
import { type AdminCalls, part } from "../calls/AdminCalls.ts"
import type { OrderDetails } from "../calls/Wire.ts"
import type { Sending } from "../parts/Change.ts"
import type { Outcome } from "../words/LetterWords.ts"
import { statusWords } from "../words/OrderWords.ts"

/** Orders that are followed: of more it is said where to look. */
export const MOST_FOLLOWED = 50
/** How often they are looked at, and how long apart, in milliseconds. */
const [LOOKS, APART] = [10, 700]

type Tried = Required<Pick<Outcome, "request_id" | "item_id" | "attempt">>
type Order = Pick<OrderDetails["order"], "attempt" | "status">

const UNDECIDED: ReadonlyArray<string> = ["PENDING", "RESERVED"]

/** Whether this attempt has come to its end. */
const isDecided = ({ attempt, status }: Order, tried: Tried): boolean =>
  attempt >= tried.attempt && !UNDECIDED.includes(status)

const wordsOf = (status: Order["status"]): string =>
  status === "FAILED_PAYMENT" ? "failed again" : statusWords(status)[0].toLowerCase()

/** How many came to what, those with the most first; of `total`, those that are not decided yet. */
export const outcomesOf = (statuses: ReadonlyArray<Order["status"]>, total: number): string => {
  const counts = new Map<string, number>()
  for (const status of statuses) counts.set(wordsOf(status), (counts.get(wordsOf(status)) ?? 0) + 1)
  const parts = [...counts].toSorted(([, one], [, other]) => other - one)
    .map(([words, count]) => `${countOf(count)} ${words}`)
  const left = total - statuses.length
  return [...parts, ...(left === 0 ? [] : [`${countOf(left)} not decided yet`])].join(", ")
}

const isTried = (outcome: Outcome): outcome is Outcome & Tried =>
  outcome.outcome === "replayed" && outcome.request_id !== undefined && outcome.item_id !== undefined &&
  outcome.attempt !== undefined

const ELSEWHERE = "what became of each stands in its order, and what failed again is a dead letter again"

/** The status of an order; undefined where nobody could say, as then the replay itself is still done. */
const look = (calls: AdminCalls, { item_id: item, request_id: id }: Tried, signal: AbortSignal) =>
  calls.get<OrderDetails>(`/orders/${part(id)}`, signal, { item }).then(
    ({ order }): Order | undefined => order,
    (error: unknown) => {
      if (error instanceof FlashSaleError) return undefined
      throw error
    }
  )

/** What became of those that were replayed, in words; where to look where that is not known. */
export const follow = async (
  calls: AdminCalls,
  outcomes: ReadonlyArray<Outcome>,
  { isStopped, onProgress, signal }: Pick<Sending, "isStopped" | "onProgress" | "signal">
): Promise<string> => {
  let open = outcomes.filter(isTried)
  const total = open.length
  if (total === 0 || total > MOST_FOLLOWED) return ELSEWHERE
  const statuses: Array<Order["status"]> = []
  for (let round = 0; round < LOOKS && open.length > 0 && !isStopped(); round++) {
    await pause(APART, signal)
    const left: typeof open = []
    for (const tried of open) {
      const order = await look(calls, tried, signal)
      if (order === undefined) return ELSEWHERE
      if (isDecided(order, tried)) statuses.push(order.status)
      else left.push(tried)
    }
    open = left
    onProgress(total - open.length, total)
  }
  return outcomesOf(statuses, total)
}
