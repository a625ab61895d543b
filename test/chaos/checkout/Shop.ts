/** What buyers and a shop's server send, as honest clients do: the same again until there is an answer. */
import { setTimeout as delay } from "node:timers/promises"
import * as Request from "../evening/Request.ts"

/** How soon a call is sent again, in milliseconds, and how often. */
const AGAIN = 100
const MAX_TRIES = 1_200

export interface Order {
  readonly id: string
  readonly user: string
  readonly item: string
}

export type Action = "confirm" | "paid" | "cancel"

const bodyOf = ({ id, item, user }: Order) => ({ request_id: id, user_id: user, item_id: item, amount: 1 })

/** One try; undefined where the connection broke before there was an answer. */
export const once = async (
  url: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {}
): Promise<Request.Answer | undefined> => {
  try {
    return await Request.ask(url, path, { headers, ...(body === undefined ? {} : { body }) })
  } catch {
    // It was killed before it answered.
    return undefined
  }
}

/** What is sent again: the engine is busy, or has not heard of an order that it has accepted. */
const NOT_YET = [429, 503]
const NOT_YET_KNOWN = [404, ...NOT_YET]

/** Until there is an answer other than `notYet`. `url` is asked for each try: gateways come and go. */
const honest = async (
  url: () => string,
  path: string,
  body: object,
  notYet: ReadonlyArray<number>,
  key?: string
): Promise<Request.Answer> => {
  const headers = key === undefined ? {} : Request.bearer(key)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const answer = await once(url(), path, body, headers)
    if (answer !== undefined && !notYet.includes(answer.status)) return answer
    await delay(AGAIN)
  }
  throw new Error(`${path} was never answered: ${JSON.stringify(body)}`)
}

export const buy = (url: () => string, order: Order): Promise<Request.Answer> =>
  honest(url, "/buy", bodyOf(order), NOT_YET)

export const hold = (url: () => string, order: Order, seconds?: number): Promise<Request.Answer> =>
  honest(url, "/holds", { ...bodyOf(order), ...(seconds === undefined ? {} : { hold_seconds: seconds }) }, NOT_YET)

/** One try at a hold: what is said of it, such as "202" or "503 upgrading". */
export const tryHold = async (url: string, order: Order, seconds: number): Promise<string> => {
  const answer = await once(url, "/holds", { ...bodyOf(order), hold_seconds: seconds })
  return answer === undefined ? "nothing" : Request.shown(answer)
}

/** Of an order that was accepted. `key` is a shop's own, which `paid` wants. */
export const act = (
  url: () => string,
  id: string,
  action: Action,
  body: object = {},
  key?: string
): Promise<Request.Answer> => honest(url, `/orders/${id}/${action}`, body, NOT_YET_KNOWN, key)

/** What `GET /orders/:request_id` says of an order. */
export interface Standing {
  readonly status: string
  readonly reason?: string
  readonly confirmed?: boolean
  readonly expires_at?: string
  readonly refund_due?: ReadonlyArray<{ readonly reference: string }>
}

export const standing = async (url: string, id: string): Promise<Standing | undefined> => {
  const answer = await once(url, `/orders/${id}`)
  if (answer?.status !== 200) return undefined
  const body: Standing = JSON.parse(answer.text)
  return body
}

/** Orders that come one after the other until they are told to stop. */
export interface Flood {
  /** Those that were answered 202 by now. */
  readonly accepted: () => ReadonlyArray<Order>
  /** Waits for the last answers: what was answered in another way, by order. */
  readonly stop: () => Promise<ReadonlyArray<string>>
}

/** So many buyers at once, each with a pause after each order, in milliseconds. */
export const flood = (
  url: () => string,
  items: ReadonlyArray<string>,
  { atOnce, name, pause }: { readonly atOnce: number; readonly name: string; readonly pause: number }
): Flood => {
  const accepted: Array<Order> = []
  const others: Array<string> = []
  let isOver = false
  let sent = 0
  const send = async () => {
    while (!isOver) {
      const n = sent++
      const order = { id: `${name}-${n}`, user: `u-${name}-${n}`, item: items[n % items.length]! }
      const answer = await buy(url, order)
      if (answer.status === 202) accepted.push(order)
      else others.push(`${order.id}: ${answer.status} ${answer.text}`)
      await delay(pause)
    }
  }
  const sending = Promise.all(Array.from({ length: atOnce }, send))
  return {
    accepted: () => accepted,
    stop: async () => {
      isOver = true
      await sending
      return others
    }
  }
}
