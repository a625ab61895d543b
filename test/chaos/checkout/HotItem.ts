/**
 * Many holds of one item, each confirmed with two tokens, paid for with two references and cancelled, all at once and
 * several times, while something is done to the engine: one of the calls wins each, and no money is forgotten.
 */
import { Effect, HashMap } from "effect"
import { expect } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Request from "../evening/Request.ts"
import * as Books from "./Books.ts"
import * as Engine from "./Engine.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"

/** Holds whose calls are under way at the same time. */
const AT_ONCE = 24
const ITEM = Fleet.ITEMS[0]!

export interface Plan {
  readonly engine: Engine.Engine
  /** Where the next call goes. */
  readonly url: () => string
  readonly holds: number
  /** How often each call is sent, all at the same time. */
  readonly times: number
  /** What happens meanwhile, one after the other. Each begins at its share of the holds. */
  readonly blows: ReadonlyArray<() => Promise<void>>
  /** The longest that all of it may take, in milliseconds. */
  readonly within: number
}

interface Call {
  readonly name: string
  readonly action: Shop.Action
  readonly body: object
}

const CALLS: ReadonlyArray<Call> = [
  { name: "token a", action: "confirm", body: { payment_token: "tok_a" } },
  { name: "token b", action: "confirm", body: { payment_token: "tok_b" } },
  { name: "ref-a", action: "paid", body: { reference: "ref-a" } },
  { name: "ref-b", action: "paid", body: { reference: "ref-b" } },
  { name: "cancel", action: "cancel", body: {} }
]

interface Answered {
  readonly id: string
  readonly call: Call
  readonly isNamed: boolean
  readonly answer: Request.Answer
}

const isDueSaid = ({ answer }: Answered): boolean =>
  answer.status === 409 && answer.text.includes("\"refund_due\":true")

/** What was said of the calls that won, and of payments, against what the fold made of them. */
const faults = (books: Books.Books, answers: ReadonlyArray<Answered>): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  for (const one of answers) {
    const { answer: { status, text }, call: { action, name }, id } = one
    const order = Books.orderOf(books, ITEM, id)
    const isOwn = action === "paid" && order?.hold?.reference === name
    const isPaidFor = action === "paid" && (isOwn || Books.dueOf(books, ITEM, id).includes(name))
    if (status !== 202 && status !== 409) wrong.push(`${id} ${name}: ${status} ${text}`)
    // Whoever hears that the money counts, or is due back, is right; and it is never both.
    if (action === "paid" && !isPaidFor) wrong.push(`${id} ${name}: the payment is forgotten, after ${status} ${text}`)
    if (action === "paid" && status === 409 && isOwn) wrong.push(`${id} ${name}: it won, and heard ${text}`)
    if (action === "paid" && status === 409 && !isDueSaid(one)) wrong.push(`${id} ${name}: ${text}`)
    if (action === "cancel" && status === 409 && order?.reason === "cancelled") wrong.push(`${id} ${name}: ${text}`)
    const isSale = order?.state === "sold" && order.hold?.reference === undefined
    if (action === "confirm" && status === 409 && isSale) wrong.push(`${id} ${name}: it won, and heard ${text}`)
  }
  return wrong
}

const WORDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  sold: ["COMPLETED"],
  released: ["CANCELLED", "EXPIRED", "FAILED_PAYMENT"]
}

/** Holds, and makes the calls of each hold. What was answered, in the order of the answers. */
const send = async ({ blows, engine, holds, times, url, within }: Plan): Promise<ReadonlyArray<Answered>> => {
  const answers: Array<Answered> = []
  let next = 0
  const work = async () => {
    while (next < holds) {
      const n = next++
      const id = `hot-${n}`
      const held = await Shop.hold(url, { id, user: `u-${id}`, item: ITEM }, 900)
      // The answer to the first try may have been lost.
      expect(["202", "409 duplicate_request"], held.text).toContain(Request.shown(held))
      const call = async (one: Call, isNamed: boolean) => {
        // A call that names item and buyer is taken without a look.
        const body = isNamed ? { ...one.body, item_id: ITEM, user_id: `u-${id}` } : one.body
        const answer = await Shop.act(url, id, one.action, body, engine.key)
        answers.push({ id, call: one, isNamed, answer })
      }
      // Each call goes first now and then, and of every second hold one call before all others.
      const order = CALLS.map((_, at) => CALLS[(at + n) % CALLS.length]!)
      if (n % 2 === 0) await call(order[0]!, false)
      await Promise.all(
        Array.from({ length: times }, (_, time) => order.map((one) => call(one, time % 2 === 1))).flat()
      )
    }
  }
  const working = Promise.all(Array.from({ length: AT_ONCE }, work))
  for (const [at, blow] of blows.entries()) {
    const from = (holds * (at + 1)) / (blows.length + 1)
    await until(`${from} holds`, () => next >= from, within)
    await blow()
  }
  await working
  return answers
}

/** Every status tells how its order ended, and what is due back. How many orders ended how, in words. */
const shownAsEnded = async (books: Books.Books, url: string): Promise<string> => {
  const ends = new Map<string, number>()
  for (const [id, { hold, reason, state }] of HashMap.entries(books.get(ITEM)!.item.orders)) {
    const word = `${state} ${reason ?? (hold?.reference === undefined ? "charged" : "paid")}`
    ends.set(word, (ends.get(word) ?? 0) + 1)
    const shown = await Shop.standing(url, id)
    expect(WORDS[state], `${id} ${state}`).toContain(shown?.status)
    const due = (shown?.refund_due ?? []).map(({ reference }) => reference)
    expect(due.toSorted(), id).toEqual(Books.dueOf(books, ITEM, id).toSorted())
  }
  return [...ends].map(([word, count]) => `${count} ${word}`).join(", ")
}

export const run = async (plan: Plan): Promise<void> => {
  const { engine, holds } = plan
  const answers = await send(plan)
  await engine.processor.untilHealth(200)
  await engine.caughtUp()
  const books = await engine.books()
  expect(faults(books, answers)).toEqual([])
  await Engine.sound(engine)
  const words = await shownAsEnded(books, engine.url)
  const { requests } = await Effect.runPromise(engine.provider.ledger)
  process.stdout.write(`${answers.length} calls of ${holds} holds: ${words}; ${requests} requests of the provider\n`)
}
