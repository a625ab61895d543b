/** Buyers at a steady pace, and the answers that they got. */
import { setTimeout as delay } from "node:timers/promises"
import { onTestFinished } from "vitest"

const ANSWER_MILLIS = 20_000
const JSON_TYPE = { "content-type": "application/json" }

export interface Traffic {
  /** How often each status was the answer; 0 is no answer. */
  readonly answers: ReadonlyMap<number, number>
  /** What was said instead of 202, of each. */
  readonly refusals: ReadonlyArray<string>
  /** The request ids that were answered 202. */
  readonly accepted: ReadonlyArray<string>
  /** How many were answered what, and how long they waited. */
  readonly summary: () => string
  /** Lets no more come, and waits for what is under way. */
  readonly stop: () => Promise<void>
}

export interface Options {
  readonly url: string
  readonly itemId: string
  readonly perSecond: number
}

/** One order of one unit a user, until the test stops it or ends. */
export const start = ({ itemId, perSecond, url }: Options): Traffic => {
  const answers = new Map<number, number>()
  const accepted: Array<string> = []
  const millis: Array<number> = []
  const refusals: Array<string> = []
  const underWay = new Set<Promise<void>>()
  const end = new AbortController()
  const buy = async (requestId: string) => {
    const body = JSON.stringify({ request_id: requestId, user_id: `u-${requestId}`, item_id: itemId, amount: 1 })
    const sentAt = performance.now()
    const status = await fetch(`${url}/buy`, {
      method: "POST",
      headers: JSON_TYPE,
      body,
      signal: AbortSignal.timeout(ANSWER_MILLIS)
    }).then(async (response) => {
      const text = await response.text()
      if (response.status !== 202) refusals.push(`${requestId}: ${response.status} ${text}`)
      return response.status
    }, (error: unknown) => {
      refusals.push(`${requestId}: ${String(error)} ${error instanceof Error ? String(error.cause) : ""}`)
      return 0
    })
    millis.push(performance.now() - sentAt)
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (status === 202) accepted.push(requestId)
  }
  const run = async () => {
    for (let next = 0; !end.signal.aborted; next++) {
      const order: Promise<void> = buy(`traffic-${next}`).finally(() => underWay.delete(order))
      underWay.add(order)
      await delay(1_000 / perSecond, undefined, { signal: end.signal }).catch(() => {})
    }
  }
  const running = run()
  const stop = async () => {
    end.abort()
    await running
    await Promise.all(underWay)
  }
  onTestFinished(stop)
  const summary = () => {
    const sorted = millis.toSorted((a, b) => a - b)
    const at = (share: number) => `${(sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(0)} ms`
    const counts = [...answers].map(([status, count]) => `${count} answered ${status}`)
    return `${counts.join(", ")}; p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`
  }
  return { answers, accepted, refusals, stop, summary }
}
