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
import * as Crossing from "./Crossing.ts"
import * as Engine from "./Engine.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

const TIMEOUT = 400_000
const FINAL_WITHIN = 90_000
const [item] = Fleet.ITEMS as [string]

needed(redisServerProgram())

/** The provider answers the next requests for an order's charge with an error, so often. */
const refuse = ({ provider }: Fleet.Fleet, id: string, times: number): Promise<void> =>
  Effect.runPromise(provider.script(`${item}:${id}:1`, ...Array.from({ length: times }, () => "500" as const)))

describe("Money on every way", () => {
  it("payments that cross and come late are the sale's or due back, and told to buyer, shop and operator", {
    timeout: TIMEOUT
  }, async () => Crossing.run(await Engine.distributed()))

  it("a confirmed hold whose payment timed out is replayed as a plain order, and sold once", {
    timeout: TIMEOUT
  }, async () => {
    const engine = await Engine.distributed()
    const { fleet, processor, url } = engine
    await Ways.held(url, Ways.orderOf("tried", item), 600)
    await refuse(fleet, "tried", 1_000)
    expect(await Ways.said(url, "tried", "confirm", { payment_token: "tok_tried" })).toBe("202")
    await until("it is given up", () => Processors.lines(processor.output(), "payment_given_up").length > 0)
    await refuse(fleet, "tried", 0)
    await Ways.becomes(url, "tried", "FAILED_PAYMENT")
    await fleet.group.catchUp(FINAL_WITHIN)
    const [letter, ...more] = await Crossing.letters(fleet)
    expect(letter).toMatchObject({ request_id: "tried", reason: "Payment Timeout" })
    expect(more).toEqual([])
    await processor.killHard()
    await processor.start()
    await processor.untilHealth(200)
    await Ways.type(fleet, "dlq", "replay", letter!.id, "--why", "the provider is back", "--by", "ann")
    await Ways.becomes(url, "tried", "COMPLETED")
    expect(await Crossing.letters(fleet)).toEqual([])
    await Engine.sound(engine)
  })

  it("a refund that the provider refuses for long waits, holds up nothing, and is done in the end, once", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await Engine.distributed()
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
