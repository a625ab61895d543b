/** Clocks that are apart: they lengthen or shorten holds by as much, and never split one. */
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Processors from "../Processors.ts"
import type * as Services from "../Services.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

const FULL = process.env["FULL"] === "1"
const TIMEOUT = 400_000
const FINAL_WITHIN = 90_000
/** How far the clocks of the gateways are apart, in milliseconds. */
const APART = 5_000
const HOUR = 3_600_000
/** Holds that are confirmed about when they end, at both gateways. */
const HOLDS = FULL ? 200 : 40
const HOLD_SECONDS = 8
/** How late a hold may end on a busy machine, in milliseconds. */
const SLACK = 10_000
const [item, other] = Fleet.ITEMS as [string, string]

const stepping = (...steps: ReadonlyArray<number>) => ({
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("../SteppingDate.ts", import.meta.url))}`,
  CLOCK_STEPS: steps.join()
})

/** Sets the clock of a process by its next step, and waits until it has said so. */
const step = async (service: Services.Service): Promise<void> => {
  const count = () => Processors.lines(service.output(), "clock_stepped").length
  const before = count()
  process.kill(service.pid(), "SIGUSR2")
  await until("the clock has stepped", () => count() > before)
}

needed(redisServerProgram())

describe("Holds and clocks that are apart", () => {
  it("gateways five seconds apart: whoever hears that a call counted is right, however often it is sent", {
    timeout: TIMEOUT
  }, async () => {
    const fleet = await Fleet.make({ env: { RATE_LIMIT_MAX_REQUESTS: "1000000" } })
    const processor = await fleet.service("new", "processor")
    const slow = await fleet.service("new", "gateway")
    const fast = await fleet.service("new", "gateway", stepping(APART))
    await step(fast)
    await Processors.share(processor)
    await Fleet.stocked(fleet, slow)
    const urls = [slow.url, fast.url]
    const ends = { confirmed: 0, late: 0 }
    const one = async (n: number) => {
      const id = `apart-${n}`
      await Ways.held(urls[n % 2]!, Ways.orderOf(id, item), HOLD_SECONDS)
      // Around the end of the hold by one clock or the other.
      const at = performance.now() + (n / HOLDS) * 2 * HOLD_SECONDS * 1_000
      await until(`the moment of ${id}`, () => performance.now() >= at)
      const sent = [0, 1, 0, 1].map((which) => Ways.said(urls[which]!, id, "paid", { reference: "ref" }, fleet.key))
      const answers = await Promise.all(sent)
      const { refund_due: due = [], status } = await Ways.becomes(slow.url, id, "COMPLETED", "EXPIRED")
      if (status === "COMPLETED") ends.confirmed++
      else ends.late++
      expect(answers.filter((answer) => !["202", "409 expired"].includes(answer)), id).toEqual([])
      if (status === "COMPLETED") expect(answers, id).toEqual(["202", "202", "202", "202"])
      await until(
        `${id}: the payment is the sale's or due`,
        async () => status === "COMPLETED" || ((await Shop.standing(slow.url, id))?.refund_due ?? []).length === 1
      )
      expect(status === "COMPLETED" ? due : []).toEqual([])
      const again = await Promise.all(urls.map((url) => Ways.said(url, id, "paid", { reference: "ref" }, fleet.key)))
      expect(again, id).toEqual(status === "COMPLETED" ? ["202", "202"] : ["409 expired", "409 expired"])
    }
    await Promise.all(Array.from({ length: HOLDS }, (_, n) => one(n)))
    expect(ends.confirmed).toBeGreaterThan(0)
    expect(ends.late).toBeGreaterThan(0)
    await fleet.group.catchUp(FINAL_WITHIN)
    await Books.sound(await Books.read(fleet.kafka.address), fleet.provider)
    await Fleet.reconciled(fleet)
    process.stdout.write(`gateways 5 s apart: ${ends.confirmed} paid in time, ${ends.late} too late\n`)
  })

  it("a processor whose clock goes an hour forward and back ends what is open in its time", {
    timeout: TIMEOUT
  }, async () => {
    const fleet = await Fleet.make({ provider: {} })
    const processor = await fleet.service("new", "processor", stepping(HOUR, -HOUR, -HOUR, HOUR))
    const gateway = await fleet.service("new", "gateway")
    await Processors.share(processor)
    await Fleet.stocked(fleet, gateway)
    const { url } = gateway
    /** How much later than its time a hold ends, in milliseconds. */
    const ended = async (id: string, dueAt: string): Promise<number> => {
      await Ways.becomes(url, id, "EXPIRED")
      return performance.timeOrigin + performance.now() - Date.parse(dueAt)
    }
    const after: Array<string> = []
    for (const which of ["forward", "back"] as const) {
      const id = `open-${which}`
      const { expires_at: dueAt } = await Ways.held(url, Ways.orderOf(id, item), 15)
      await step(processor)
      const late = await ended(id, dueAt!)
      expect(late).toBeGreaterThanOrEqual(-500)
      expect(late).toBeLessThan(SLACK)
      after.push(`an hour ${which}: ${(late / 1_000).toFixed(1)} s after its time`)
      if (which === "back") continue
      // While it is an hour ahead a new hold ends at once: the limit of clocks that are apart.
      const early = await Shop.hold(() => url, Ways.orderOf("early", item), 600)
      expect(early.status, early.text).toBe(202)
      await Ways.becomes(url, "early", "EXPIRED")
      await step(processor)
    }
    // With the clock an hour behind: a new hold is ended by nobody for as long, but nobody gets it too late either.
    const { expires_at: dueAt } = await Ways.held(url, Ways.orderOf("behind", other), 2)
    await until("it is over", () => Date.now() >= Date.parse(dueAt!))
    expect(await Ways.said(url, "behind", "paid", { reference: "ref" }, fleet.key)).toBe("202")
    await Ways.becomes(url, "behind", "EXPIRED")
    await step(processor)
    const again = await Ways.held(url, Ways.orderOf("right", other), 2)
    expect(await ended("right", again.expires_at!)).toBeLessThan(SLACK)
    await fleet.group.catchUp(FINAL_WITHIN)
    const books = await Books.read(fleet.kafka.address)
    expect(Books.dueOf(books, other, "behind")).toEqual(["ref"])
    await Books.sound(books, fleet.provider)
    await Fleet.reconciled(fleet)
    process.stdout.write(`holds that were open: ${after.join("; ")}\n`)
  })
})
