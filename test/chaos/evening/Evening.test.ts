/**
 * An evening on duty, on Kafka and Redis: from the first stock to the closed sale, while orders come, a gateway is
 * killed and payments time out. Once by the command line alone, once by the admin API alone. In the end the books
 * balance, and the log says of each change who made it and why.
 */
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Services from "../Services.ts"
import * as Duty from "./Duty.ts"
import * as Installation from "./Installation.ts"

/** The command line's evening takes three times as long as the other one: a process for each command. */
const FULL = process.env["FULL"] === "1"
const TIMEOUT = 300_000
const BUYERS = 4
const STOCK = 2_000
const RESTOCK = 50
/** Orders that are answered before the next thing happens. */
const SOME = 60
/** Letters that are replayed. */
const REPLAYED = 3
/** Orders of which the status is read at the same time. */
const READS_AT_ONCE = 16

const fatesOf = async (url: string, orders: ReadonlyArray<Installation.Order>) => {
  const fates = new Map<string, string>()
  let next = 0
  const reader = async () => {
    for (let order = orders[next++]; order !== undefined; order = orders[next++]) {
      fates.set(order.name, await Installation.fateOf(url, order))
    }
  }
  await Promise.all(Array.from({ length: READS_AT_ONCE }, reader))
  return fates
}

/** A gateway that was killed may have accepted an order and not answered; then it is known when it is sent again. */
const acceptedOf = (answers: ReadonlyMap<Installation.Order, string>): ReadonlyArray<Installation.Order> =>
  [...answers].flatMap(([order, answer]) => answer === "202" || answer === "409 duplicate_request" ? [order] : [])

/** What the log must hold of what a person did, in order. */
const recordsOf = (by: string): ReadonlyArray<Installation.Entry> =>
  [
    ["mug", `adjust target=${STOCK}`, "first delivery"],
    ["mug", "sale price=1250 currency=EUR", "as printed"],
    ["mug", "sale per_user_limit=2", "fairness"],
    ["mug", "sale opens_at=<time> closes_at=null", "as announced"],
    ["mug", "sale opens_at=null closes_at=null", "the crowd is here"],
    ["mug", "sale paused=true", "wrong picture"],
    ["mug", `adjust delta=${RESTOCK}`, "second delivery"],
    ["mug", "sale paused=false", "right picture"],
    ...Array.from({ length: REPLAYED }, () => ["mug", "attempt 2", "the provider is back"]),
    ["mug", "sale opens_at=null closes_at=<time>", "the shop goes to bed"],
    ["poster", "adjust target=10", "left over"],
    ["poster", "sale paused=true", "wrong picture"],
    ["poster", "sale paused=false", "right picture"]
  ].map(([item = "", what = "", reason]) => ({ item, what, by, reason }))

type World = Awaited<ReturnType<typeof Installation.make>>

/** The services: buyers go to the first gateway, which is killed, the person on duty to the second one. */
const start = async ({ env }: World) => {
  const killed = await Services.service("gateway", env)
  const other = await Services.service("gateway", env)
  const failing = await Services.service("processor", { ...env, PAYMENT_FAILURE_RATE: "0.05" })
  const services = [killed, other, failing]
  await Promise.all(services.map((service) => service.start()))
  await Promise.all(services.map((service) => service.untilHealth(200)))
  return { killed, other, failing }
}

const evening = async (world: World, { failing, killed }: Awaited<ReturnType<typeof start>>, duty: Duty.Duty) => {
  /** Orders by which it was tried whether something is sold: some are, until a change counts. */
  const tried = new Map<Installation.Order, string>()
  const untilRefused = (code: string) =>
    until(`an order is refused as ${code}`, async () => {
      const name = `${code}-${tried.size}`
      const order = { item: "mug", name, user: `user-${name}` }
      const answer = await Installation.buy(killed.url, order)
      tried.set(order, answer)
      return answer === `403 ${code}`
    })
  await Promise.all([
    duty.stock("mug", { set: STOCK }, "first delivery"),
    duty.stock("poster", { set: 10 }, "left over")
  ])
  await duty.sale("mug", { price: 1250 }, "as printed")
  await duty.sale("mug", { limit: 2 }, "fairness")
  await duty.sale("mug", "opens in an hour", "as announced")
  await untilRefused("not_open")
  await duty.sale("mug", "open", "the crowd is here")

  const flood = Installation.flood(killed.url, "mug", BUYERS)
  await until("some orders came", () => flood.count() >= SOME)
  await killed.killHard()
  await killed.start()
  const before = flood.count()
  await until("orders come again", () => flood.count() >= before + SOME)
  expect(await duty.pauseAll("wrong picture")).toEqual({ total: 2, done: 2, failed: [] })
  await untilRefused("paused")
  await duty.stock("mug", { add: RESTOCK }, "second delivery")
  expect(await duty.resumeAll("right picture")).toEqual({ total: 2, done: 2, failed: [] })
  const paused = flood.count()
  await until("orders come after the pause", () => flood.count() >= paused + 4 * SOME)
  const answers = new Map([...await flood.stop(), ...tried])
  const fates = new Map(await fatesOf(killed.url, acceptedOf(answers)))
  const letters = await duty.letters()
  const failed = [...fates].filter(([, fate]) => fate === "FAILED_PAYMENT").map(([name]) => name)
  expect(letters.map((letter) => letter.request_id).toSorted()).toEqual(failed.toSorted())
  const outlooks = await duty.outlooks()
  expect([...outlooks.keys()].toSorted()).toEqual(letters.map(({ id }) => id).toSorted())

  // The provider is back. What a replay was said to come to is what it comes to.
  expect(await failing.stop()).toEqual({ code: 0, signal: null })
  const processor = await Services.service("processor", { ...world.env, PAYMENT_FAILURE_RATE: "0" })
  await processor.start()
  await processor.untilHealth(200)
  const replayed = letters.filter(({ id }) => outlooks.get(id) === "would_reserve").slice(0, REPLAYED)
  const rest = letters.filter((letter) => !replayed.includes(letter))
  expect([replayed.length, rest.length > 0]).toEqual([REPLAYED, true])
  await duty.replay(replayed.map(({ id }) => id), "the provider is back")
  const byName = new Map([...answers.keys()].map((sent) => [sent.name, sent]))
  for (const { request_id: name } of replayed) {
    await until(`order ${name} is sold`, async () => {
      const fate = await Installation.fateOf(killed.url, byName.get(name)!)
      fates.set(name, fate)
      return fate === "COMPLETED"
    })
  }
  await duty.discard(rest.map(({ id }) => id), "they buy elsewhere")
  const looks = [replayed[0]!, rest[0]!].map(({ id }) => duty.handling(id))
  expect([await duty.letters(), ...await Promise.all(looks)]).toEqual([
    [],
    `replayed by ${duty.by}: the provider is back`,
    `discarded by ${duty.by}: they buy elsewhere`
  ])
  await duty.sale("mug", "closed", "the shop goes to bed")
  tried.clear()
  await untilRefused("closed")
  for (const [name, fate] of await fatesOf(killed.url, acceptedOf(tried))) fates.set(name, fate)

  const sold = [...fates.values()].filter((fate) => fate === "COMPLETED").length
  const stocked = STOCK + RESTOCK
  expect(await Promise.all(["mug", "poster"].map(duty.counts))).toMatchObject([
    { available: stocked - sold, held: 0, sold, stocked },
    { available: 10, held: 0, sold: 0, stocked: 10 }
  ])
  const records = await world.entries()
  expect(records).toEqual(recordsOf(duty.by))
  return { answers, fates, letters: letters.length, records }
}

const report = ({ answers, fates, letters, records }: Awaited<ReturnType<typeof evening>>): void => {
  const count = (texts: Iterable<string>) => {
    const sums: Record<string, number> = {}
    for (const text of texts) sums[text] = (sums[text] ?? 0) + 1
    return JSON.stringify(sums)
  }
  const lines = records.map(({ by, item, reason, what }) => `${item} | ${what} | ${by} | ${reason}`)
  process.stdout.write(
    `${answers.size} orders: ${count(answers.values())}; ${count(fates.values())}; ${letters} letters\n` +
      `${lines.join("\n")}\n`
  )
}

describe("An evening on duty", () => {
  it.runIf(FULL)("by the command line alone", { timeout: TIMEOUT }, async () => {
    const world = await Installation.make()
    const shop = await world.key("shop", "orders")
    const services = await start(world)
    report(await evening(world, services, Duty.byCommands(world.env)))
    const asShop = () => Installation.buy(services.other.url, { item: "mug", name: "by-key", user: "anybody" }, shop)
    expect(await asShop()).toBe("403 closed")
    expect((await Services.run(["key", "revoke", "shop"], world.env)).code).toBe(0)
    await until("the key counts no more", async () => (await asShop()) === "401 unauthenticated")
  })

  it("by the admin API alone, with the overview beside it", { timeout: TIMEOUT }, async () => {
    const world = await Installation.make()
    const key = await world.key("ops", "admin")
    const services = await start(world)
    const url = services.other.adminUrl
    const seen = new Set<string>()
    let isOver = false
    const look = async () => {
      while (!isOver) {
        const response = await fetch(`${url}/admin/v1/overview`, { headers: { authorization: `Bearer ${key}` } })
        const { gateways } = await response.json() as { readonly gateways?: { readonly count: number } }
        seen.add(`${response.status}: ${gateways?.count} gateways`)
      }
    }
    const looking = look().catch((error: unknown) => void seen.add(String(error)))
    try {
      report(await evening(world, services, Duty.byApi(url, key, "ops")))
    } finally {
      isOver = true
      await looking
    }
    expect(seen).toContain("200: 2 gateways")
    expect([...seen].filter((each) => !each.startsWith("200: "))).toEqual([])
  })
})
