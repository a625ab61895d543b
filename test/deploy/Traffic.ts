/** Buyers who come at a steady pace, and what they were answered. */
import { setTimeout as delay } from "node:timers/promises"
import { onTestFinished } from "vitest"

const ANSWER_MILLIS = 20_000
const JSON_TYPE = { "content-type": "application/json" }

export interface Traffic {
  /** How often each status was answered; 0 stands for no answer. */
  readonly answers: ReadonlyMap<number, number>
  /** The request ids that were answered 202. */
  readonly accepted: ReadonlyArray<string>
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
  const underWay = new Set<Promise<void>>()
  const end = new AbortController()
  const buy = async (requestId: string) => {
    const body = JSON.stringify({ request_id: requestId, user_id: `u-${requestId}`, item_id: itemId, amount: 1 })
    const status = await fetch(`${url}/buy`, {
      method: "POST",
      headers: JSON_TYPE,
      body,
      signal: AbortSignal.timeout(ANSWER_MILLIS)
    }).then(async (response) => {
      await response.text()
      return response.status
    }, () => 0)
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
  return { answers, accepted, stop }
}
