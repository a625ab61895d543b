/**
 * Many holds of one item, each confirmed with two tokens, paid for with two references and cancelled, all at once and
 * several times, while processor, Redis and gateway are killed: one of the calls wins each, and no money is forgotten.
 */
import { Effect, HashMap } from "effect"
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Request from "../evening/Request.ts"
import * as Processors from "../Processors.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"

const FULL = process.env["FULL"] === "1"
const HOLDS = Number(process.env["HOLDS"] ?? (FULL ? 2_000 : 300))
/** How often each call is sent, all at the same time. */
const TIMES = FULL ? 4 : 2
/** Holds whose calls are under way at the same time. */
const AT_ONCE = 24
const TIMEOUT = 900_000
const FINAL_WITHIN = 180_000
const ITEM = Fleet.ITEMS[0]!

needed(redisServerProgram())

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

describe("A hot item whose holds are called for by all at once", () => {
  it("one call wins each, while processor, Redis and gateway are killed", { timeout: TIMEOUT }, async () => {
    const fleet = await Fleet.make({ env: { RATE_LIMIT_MAX_REQUESTS: "1000000" } })
    const processor = await fleet.service("new", "processor")
    const gateways = [await fleet.service("new", "gateway"), await fleet.service("new", "gateway")] as const
    await Processors.share(processor)
    await Fleet.stocked(fleet, gateways[0])
    let turn = 0
    const url = () => gateways[turn++ % gateways.length]!.url
    const answers: Array<Answered> = []
    let next = 0
    const work = async () => {
      while (next < HOLDS) {
        const n = next++
        const id = `hot-${n}`
        const held = await Shop.hold(url, { id, user: `u-${id}`, item: ITEM }, 900)
        // The answer to the first try may have been lost.
        expect(["202", "409 duplicate_request"], held.text).toContain(Request.shown(held))
        const call = async (one: Call, isNamed: boolean) => {
          // A call that names item and buyer is taken without a look.
          const body = isNamed ? { ...one.body, item_id: ITEM, user_id: `u-${id}` } : one.body
          const answer = await Shop.act(url, id, one.action, body, fleet.key)
          answers.push({ id, call: one, isNamed, answer })
        }
        // Each call goes first now and then, and of every second hold one call before all others.
        const order = CALLS.map((_, at) => CALLS[(at + n) % CALLS.length]!)
        if (n % 2 === 0) await call(order[0]!, false)
        await Promise.all(
          Array.from({ length: TIMES }, (_, time) => order.map((one) => call(one, time % 2 === 1))).flat()
        )
      }
    }
    const working = Promise.all(Array.from({ length: AT_ONCE }, work))
    const blows = [
      async () => {
        await processor.killHard()
        await processor.start()
      },
      async () => {
        await fleet.redis.kill()
        await fleet.redis.start()
      },
      async () => {
        await gateways[0].killHard()
        await gateways[0].start()
      }
    ]
    for (const [at, blow] of blows.entries()) {
      const from = (HOLDS * (at + 1)) / (blows.length + 1)
      await until(`${from} holds`, () => next >= from, TIMEOUT)
      await blow()
    }
    await working
    await processor.untilHealth(200)
    await fleet.group.catchUp(FINAL_WITHIN)
    const books = await Books.read(fleet.kafka.address)
    expect(faults(books, answers)).toEqual([])
    await Books.sound(books, fleet.provider)
    Books.rulesFirst(books)
    await Fleet.reconciled(fleet)
    const ends = new Map<string, number>()
    for (const [id, { hold, reason, state }] of HashMap.entries(books.get(ITEM)!.item.orders)) {
      const word = `${state} ${reason ?? (hold?.reference === undefined ? "charged" : "paid")}`
      ends.set(word, (ends.get(word) ?? 0) + 1)
      const shown = await Shop.standing(gateways[1].url, id)
      expect(WORDS[state], `${id} ${state}`).toContain(shown?.status)
      const due = (shown?.refund_due ?? []).map(({ reference }) => reference)
      expect(due.toSorted(), id).toEqual(Books.dueOf(books, ITEM, id).toSorted())
    }
    const { requests } = await Effect.runPromise(fleet.provider.ledger)
    const words = [...ends].map(([word, count]) => `${count} ${word}`).join(", ")
    process.stdout.write(`${answers.length} calls of ${HOLDS} holds: ${words}; ${requests} requests of the provider\n`)
  })
})
