/**
 * Money on every way: what buyer, shop and operator see of payments that cross, come late, time out and are given
 * back.
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Processors from "../Processors.ts"
import * as Services from "../Services.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

const TIMEOUT = 400_000
const FINAL_WITHIN = 90_000
const [item, other] = Fleet.ITEMS as [string, string]

needed(redisServerProgram())

interface Letter {
  readonly id: string
  readonly request_id: string
  readonly reason: string
}

const letters = async (fleet: Fleet.Fleet): Promise<ReadonlyArray<Letter>> =>
  (await Ways.type(fleet, "dlq", "list", "--json", "--limit", "1000")).split("\n").filter((line) =>
    line.startsWith("{")
  ).map((line) => JSON.parse(line) as Letter)

/** The provider answers the next requests for an order's charge with an error, so often. */
const refuse = ({ provider }: Fleet.Fleet, id: string, times: number): Promise<void> =>
  Effect.runPromise(provider.script(`${item}:${id}:1`, ...Array.from({ length: times }, () => "500" as const)))

const started = async () => {
  const fleet = await Fleet.make({ provider: {} })
  const processor = await fleet.service("new", "processor")
  const gateway = await fleet.service("new", "gateway")
  await Processors.share(processor)
  await Fleet.stocked(fleet, gateway)
  return { fleet, processor, gateway, url: gateway.url }
}

const due = async (url: string, id: string): Promise<ReadonlyArray<string>> =>
  ((await Shop.standing(url, id))?.refund_due ?? []).map(({ reference }) => reference)

const isDue = (url: string, id: string, ...references: ReadonlyArray<string>): Promise<void> =>
  until(`${references.join()} of ${id} are due`, async () => (await due(url, id)).join() === references.join())

const finish = async (fleet: Fleet.Fleet): Promise<void> => {
  await fleet.group.catchUp(FINAL_WITHIN)
  const books = await Books.read(fleet.kafka.address)
  await Books.sound(books, fleet.provider)
  Books.rulesFirst(books)
  await Fleet.reconciled(fleet)
}

describe("Money on every way", () => {
  it("payments that cross and come late are the sale's or due back, and told to buyer, shop and operator", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await started()
    const paid = (id: string, reference: string) => Ways.said(url, id, "paid", { reference }, fleet.key)
    // Right behind an `expire`: answered 202 where the expiry is not seen yet, and due in any case.
    await Ways.held(url, Ways.orderOf("late", item), 2)
    await until("it is over", async () => {
      const shown = await Shop.standing(url, "late")
      return shown?.status === "EXPIRED" || Date.parse(shown?.expires_at ?? "") <= Date.now()
    })
    expect(["202", "409 expired"]).toContain(await paid("late", "ref-late"))
    await Ways.becomes(url, "late", "EXPIRED")
    await isDue(url, "late", "ref-late")
    expect(await paid("late", "ref-late")).toBe("409 expired")
    // The engine charges, and the shop has taken the money too.
    await Ways.held(url, Ways.orderOf("both", item), 600)
    expect(await Ways.said(url, "both", "confirm", {})).toBe("202")
    expect(["202", "409 already_confirmed", "409 already_completed"]).toContain(await paid("both", "ref-both"))
    await Ways.becomes(url, "both", "COMPLETED")
    await isDue(url, "both", "ref-both")
    // Two references.
    await Ways.held(url, Ways.orderOf("two", item), 600)
    expect(await paid("two", "ref-1")).toBe("202")
    await Ways.becomes(url, "two", "COMPLETED")
    expect(await paid("two", "ref-2")).toBe("409 already_completed")
    expect(await paid("two", "ref-1")).toBe("202")
    await isDue(url, "two", "ref-2")
    // An order of `/buy`.
    expect((await Shop.buy(() => url, Ways.orderOf("bought", item))).status).toBe(202)
    await Ways.becomes(url, "bought", "COMPLETED")
    expect(await Ways.said(url, "bought", "confirm", {})).toBe("409 not_a_hold")
    expect(await paid("bought", "ref-bought")).toBe("409 already_completed")
    await isDue(url, "bought", "ref-bought")
    // One that was turned away.
    await Ways.type(fleet, "stock", "set", other, "0")
    expect((await Shop.hold(() => url, Ways.orderOf("turned", other), 60)).status).toBe(410)
    const owed = ["late", "both", "two", "bought"]
    await fleet.group.catchUp(FINAL_WITHIN)
    const found = (await letters(fleet)).filter(({ reason }) => reason === "Payment Without Order")
    expect(found.map(({ request_id: id }) => id).toSorted()).toEqual(owed.toSorted())
    await until(
      "the gauge counts them",
      async () => await Ways.metric(processor, "processor_refunds_due") === owed.length
    )
    // After kill -9 no letter is written twice.
    await processor.killHard()
    await processor.start()
    await processor.untilHealth(200)
    await Processors.share(processor)
    await fleet.group.catchUp(FINAL_WITHIN)
    expect((await letters(fleet)).length).toBe(found.length)
    await Ways.type(fleet, "dlq", "discard", ...found.map(({ id }) => id), "--why", "paid back", "--by", "ann")
    expect(await letters(fleet)).toEqual([])
    await finish(fleet)
  })

  it("a confirmed hold whose payment timed out is replayed as a plain order, and sold once", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await started()
    await Ways.held(url, Ways.orderOf("tried", item), 600)
    await refuse(fleet, "tried", 1_000)
    expect(await Ways.said(url, "tried", "confirm", { payment_token: "tok_tried" })).toBe("202")
    await until("it is given up", () => Processors.lines(processor.output(), "payment_given_up").length > 0)
    await refuse(fleet, "tried", 0)
    await Ways.becomes(url, "tried", "FAILED_PAYMENT")
    await fleet.group.catchUp(FINAL_WITHIN)
    const [letter, ...more] = await letters(fleet)
    expect(letter).toMatchObject({ request_id: "tried", reason: "Payment Timeout" })
    expect(more).toEqual([])
    await processor.killHard()
    await processor.start()
    await processor.untilHealth(200)
    await Ways.type(fleet, "dlq", "replay", letter!.id, "--why", "the provider is back", "--by", "ann")
    await Ways.becomes(url, "tried", "COMPLETED")
    expect(await letters(fleet)).toEqual([])
    await finish(fleet)
  })

  it("a refund that the provider refuses for long waits, holds up nothing, and is done in the end, once", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await started()
    for (const id of ["slow", "fast", "hand"]) {
      expect((await Shop.buy(() => url, Ways.orderOf(id, item))).status).toBe(202)
      await Ways.becomes(url, id, "COMPLETED")
    }
    await refuse(fleet, "slow", 1_000)
    await refuse(fleet, "hand", 1_000)
    for (const id of ["slow", "hand", "fast"]) {
      await Ways.type(fleet, "order", "refund", id, "--restock", "--reason", "sent back")
    }
    await Ways.becomes(url, "fast", "REFUNDED")
    // A waiting refund holds up no commit.
    await fleet.group.catchUp(FINAL_WITHIN)
    const waiting = await Services.run(["order", "refund", "slow", "--no-restock", "--reason", "another"], fleet.env)
    expect(waiting.code, waiting.output).toBe(1)
    await until("two wait", async () => await Ways.metric(processor, "processor_refunds_waiting") === 2)
    await processor.killHard()
    await processor.start()
    await processor.untilHealth(200)
    await until("two wait again", async () => await Ways.metric(processor, "processor_refunds_waiting") === 2)
    await refuse(fleet, "slow", 0)
    await Ways.becomes(url, "slow", "REFUNDED")
    await until("one waits", async () => await Ways.metric(processor, "processor_refunds_waiting") === 1)
    const byHand = ["--restock", "--by-hand", "--reference", "wire-7", "--reason", "the card has expired"]
    await Ways.type(fleet, "order", "refund", "hand", ...byHand)
    await Ways.becomes(url, "hand", "REFUNDED")
    await until("none waits", async () => await Ways.metric(processor, "processor_refunds_waiting") === 0)
    const { entries } = await Effect.runPromise(fleet.provider.ledger)
    expect(entries[`${item}:slow:1`]).toMatchObject({ charges: 1, refunds: 1 })
    expect(entries[`${item}:hand:1`]).toMatchObject({ charges: 1, refunds: 0 })
    expect(await Ways.type(fleet, "stock", "get", item)).toContain("sold 0")
    await fleet.group.catchUp(FINAL_WITHIN)
    await Fleet.reconciled(fleet)
  })
})
