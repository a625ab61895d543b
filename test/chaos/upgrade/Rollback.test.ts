/**
 * After `rules 2` an item has no way back: a processor of the earlier release stops it, loudly, and charges nobody,
 * while other items go on; once the processor is new again, so does the item. And what a gateway of the earlier
 * release, which was forgotten beside, makes of holds.
 */
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import * as Books from "../checkout/Books.ts"
import * as Fleet from "../checkout/Fleet.ts"
import * as Shop from "../checkout/Shop.ts"
import * as Processors from "../Processors.ts"
import * as Services from "../Services.ts"
import * as OldBuild from "./OldBuild.ts"

const TIMEOUT = 400_000
const BUILD_TIMEOUT = 300_000
const FINAL_WITHIN = 90_000
/** Holds that end by themselves while the earlier release is back, in seconds. */
const SHORT = 3

needed(redisServerProgram())

let old: OldBuild.OldBuild

const [held, other] = Fleet.ITEMS as [string, string]

const orderOf = (id: string, item = held): Shop.Order => ({ id, user: `u-${id}`, item })

const isFinal = (url: string, id: string, ...wanted: ReadonlyArray<string>): Promise<void> =>
  until(
    `${id} is ${wanted.join(" or ")}`,
    async () => wanted.includes((await Shop.standing(url, id))?.status ?? ""),
    FINAL_WITHIN
  )

/** The charges of an item at the provider. */
const chargesOf = async ({ provider }: Fleet.Fleet, item: string): Promise<number> => {
  const { entries } = await Effect.runPromise(provider.ledger)
  return Object.keys(entries).filter((key) => key.startsWith(`${item}:`)).length
}

const letters = async ({ env }: Fleet.Fleet): Promise<string> =>
  (await Services.run(["dlq", "list", "--json"], env)).output

describe("Back to the earlier release", () => {
  beforeAll(async () => {
    old = await OldBuild.make()
  }, BUILD_TIMEOUT)
  afterAll(() => old.remove())

  it("an item with rules 2 stops and charges nobody, the others sell, and the new processor goes on", {
    timeout: TIMEOUT
  }, async ({ skip }) => {
    if (isUnavailable(old.main)) return skip(old.main.reason)
    const fleet = await Fleet.make({ old: old.main })
    let processor = await fleet.service("new", "processor")
    const gateway = await fleet.service("new", "gateway")
    const url = () => gateway.url
    await Processors.share(processor)
    await Fleet.stocked(fleet, gateway)
    for (const [id, seconds] of [["short", SHORT], ["long", 600], ["kept", 600]] as const) {
      expect((await Shop.hold(url, orderOf(id), seconds)).status).toBe(202)
    }
    await isFinal(gateway.url, "kept", "RESERVED")
    await processor.killHard()
    // What is accepted in between is in the log behind `rules 2`.
    expect((await Shop.buy(url, orderOf("bought"))).status).toBe(202)
    const charged = await chargesOf(fleet, held)
    processor = await fleet.service("old", "processor")
    await until("it says so", () => Processors.lines(processor.output(), "item_stopped").length > 0)
    const flood = Shop.flood(url, Fleet.ITEMS.slice(1), { atOnce: 4, pause: 50, name: "c" })
    await until("the others sell", () => flood.accepted().length >= 60)
    expect(await flood.stop()).toEqual([])
    for (const { id } of flood.accepted()) await isFinal(gateway.url, id, "COMPLETED", "FAILED_PAYMENT")
    expect(Processors.lines(processor.output(), "item_stopped").every((line) => line.includes(held))).toBe(true)
    const late = await Shop.tryHold(gateway.url, orderOf("late", other), SHORT)
    expect(late).toBe("503 upgrading")
    const confirmed = await Shop.once(gateway.url, "/orders/long/confirm", {})
    expect(`${confirmed?.status} ${confirmed?.code}`).toBe("503 upgrading")
    expect((await Shop.standing(gateway.url, "bought"))?.status).toBe("PENDING")
    expect((await Shop.standing(gateway.url, "short"))?.status).toBe("RESERVED")
    expect(await chargesOf(fleet, held)).toBe(charged)
    expect(await letters(fleet)).not.toContain("Invalid Order Format")
    await processor.killHard()
    processor = await fleet.service("new", "processor")
    await isFinal(gateway.url, "short", "EXPIRED")
    await isFinal(gateway.url, "bought", "COMPLETED", "FAILED_PAYMENT")
    expect((await Shop.act(url, "long", "confirm")).status).toBe(202)
    expect((await Shop.act(url, "kept", "cancel")).status).toBe(202)
    await isFinal(gateway.url, "long", "COMPLETED", "FAILED_PAYMENT")
    await isFinal(gateway.url, "kept", "CANCELLED")
    await fleet.group.catchUp(FINAL_WITHIN)
    const books = await Books.read(fleet.kafka.address)
    await Books.sound(books, fleet.provider)
    Books.rulesFirst(books)
    await Fleet.reconciled(fleet)
  })

  it("a gateway of the earlier release beside: statuses of holds, the backlog, orders under the ids of holds", {
    timeout: TIMEOUT
  }, async ({ skip }) => {
    if (isUnavailable(old.main)) return skip(old.main.reason)
    const fleet = await Fleet.make({ old: old.main })
    const processor = await fleet.service("new", "processor")
    const gateway = await fleet.service("new", "gateway")
    const beside = await fleet.service("old", "gateway")
    const url = () => gateway.url
    await Processors.share(processor)
    await Fleet.stocked(fleet, gateway)
    for (const [id, seconds] of [["open", 600], ["over", 1]] as const) {
      expect((await Shop.hold(url, orderOf(id), seconds)).status).toBe(202)
    }
    await isFinal(gateway.url, "over", "EXPIRED")
    // It knows the word RESERVED, and of EXPIRED it can say nothing.
    expect(await Shop.standing(beside.url, "open")).toMatchObject({ status: "RESERVED" })
    const unheard = await Shop.once(beside.url, "/orders/over")
    expect(`${unheard?.status} ${unheard?.code}`).toBe("404 unknown_order")
    const buy = async (id: string) => {
      const answer = await Shop.once(beside.url, "/buy", {
        request_id: id,
        user_id: `u-${id}`,
        item_id: held,
        amount: 1
      })
      return `${answer?.status} ${answer?.code ?? ""}`.trim()
    }
    expect(await buy("open")).toBe("422 request_id_reused")
    // Where it cannot see the hold it appends, and the fold says whose the id is: nobody is charged.
    await Processors.operator(fleet.redis).del("order_status:open")
    expect(await buy("open")).toBe("202")
    // A status that it cannot read keeps it from claiming the id.
    expect(await buy("over")).toBe("503 outcome_unknown")
    const flood = Shop.flood(() => beside.url, Fleet.ITEMS, { atOnce: 4, pause: 20, name: "d" })
    await until("it sells", () => flood.accepted().length >= 100)
    expect(await flood.stop()).toEqual([])
    await fleet.group.catchUp(FINAL_WITHIN)
    expect(await letters(fleet)).toBe("")
    expect(await Shop.standing(gateway.url, "open")).toMatchObject({ status: "RESERVED" })
    expect(await Shop.standing(gateway.url, "over")).toMatchObject({ status: "EXPIRED" })
    expect((await Shop.act(url, "open", "cancel")).status).toBe(202)
    await fleet.group.catchUp(FINAL_WITHIN)
    const books = await Books.read(fleet.kafka.address)
    expect(Books.orderOf(books, held, "open")).toMatchObject({ state: "released", reason: "cancelled" })
    expect(Books.orderOf(books, held, "over")).toMatchObject({ state: "released", reason: "expired" })
    await Books.sound(books, fleet.provider)
    await Fleet.reconciled(fleet)
  })
})
