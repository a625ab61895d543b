/** Changes through the admin API of real gateways, by several at once, sent again, and while a server is away. */
import { Instances, MAX_INSTANCES } from "@flash-sale/domain/ports/Instances"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Effect, ManagedRuntime, Schedule } from "effect"
import { Redis } from "ioredis"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import * as InstancesContract from "../../contract/InstancesContract.ts"
import { until } from "../../servers/Processes.ts"
import * as Services from "../Services.ts"
import * as Installation from "./Installation.ts"

/** Outages and 2,000 items take more than a minute: they are of the long run. */
const FULL = process.env["FULL"] === "1"
const TIMEOUT = 300_000
const AT_ONCE = 20
const ITEMS = 2_000
const FORGED = 300

type Body = Readonly<Record<string, unknown>>

const start = async () => {
  const world = await Installation.make()
  const ops = await world.key("ops", "admin")
  const clerk = await world.key("clerk", "stock,sale")
  const one = await Services.service("gateway", world.env)
  const two = await Services.service("gateway", world.env)
  const processor = await Services.service("processor", { ...world.env, PAYMENT_FAILURE_RATE: "0" })
  const services = [one, two, processor]
  await Promise.all(services.map((service) => service.start()))
  await Promise.all(services.map((service) => service.untilHealth(200)))
  const ask = async (url: string, key: string, path: string, body?: object, idempotencyKey?: string) => {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method: body === undefined ? "GET" : path.endsWith("/sale") ? "PATCH" : "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return { status: response.status, body: await response.json() as Body }
  }
  const stock = (url: string, item: string, change: object, idempotencyKey?: string, key = ops) =>
    ask(url, key, `/items/${item}/stock`, { reason: "a test", ...change }, idempotencyKey)
  const item = async (name: string) => (await ask(two.adminUrl, ops, `/items/${name}`)).body
  return { ...world, ops, clerk, one, two, processor, ask, stock, item }
}

/** Which of the units 1, 2, 4 … are in the sum. */
const partsOf = (sum: number, count: number): ReadonlyArray<boolean> =>
  Array.from({ length: count }, (_, n) => (sum & (1 << n)) !== 0)

/** That what was answered is what is so; of some answers nobody knows. */
const honest = (answers: ReadonlyArray<{ readonly status: number; readonly body: Body }>, sum: number) => {
  const counts = partsOf(sum, answers.length)
  const shown = answers.map(({ body, status }, n) =>
    `${status} ${body["code"] ?? ""} ${counts[n] ? "counts" : "does not"}`
  )
  const lies = answers.flatMap(({ body, status }, n) => {
    if (status === 200 || status === 202) return counts[n] ? [] : [shown[n]]
    return body["code"] === "outcome_unknown" || !counts[n] ? [] : [shown[n]]
  })
  return { shown, lies }
}

describe("Changes by several, sent again, and on what is away", () => {
  it("a change under a key counts once: at once, at two gateways, after a kill, and 202 is kept", {
    timeout: TIMEOUT
  }, async () => {
    const { ask, clerk, item, one, ops, processor, stock, two, entries } = await start()
    for (const name of ["mug", "poster"]) expect((await stock(one.adminUrl, name, { set: 0 })).status).toBe(200)
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => stock([one, two][n % 2]!.adminUrl, "mug", { add: 7 }, "k-1"))
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(answers.filter(({ body }) => body["repeated"] !== true)).toHaveLength(1)
    expect(await item("mug")).toMatchObject({ available: 7 })
    expect((await stock(two.adminUrl, "poster", { add: 7 }, "k-1")).body["code"]).toBe("idempotency_key_reused")
    expect((await stock(two.adminUrl, "mug", { add: 7 }, "k-1", clerk)).body).toMatchObject({ available: 14 })

    await one.killHard()
    await one.start()
    await one.untilHealth(200)
    for (const url of [one.adminUrl, two.adminUrl]) {
      expect((await stock(url, "mug", { add: 7 }, "k-1")).body).toMatchObject({ available: 14, repeated: true })
    }

    // Two operators at once: each change is in the log, whole, and the last one is what is so.
    const prices = [{ price: 100, currency: "EUR" }, { price: 20_000, currency: "JPY" }]
    const changed = await Promise.all(
      Array.from(
        { length: AT_ONCE },
        (_, n) =>
          ask([one, two][n % 2]!.adminUrl, [ops, clerk][n % 2]!, "/items/mug/sale", {
            ...prices[n % 2],
            reason: `change ${n}`
          })
      )
    )
    expect(changed.map(({ status }) => status)).toEqual(changed.map(() => 200))
    const sales = (await entries()).filter(({ what }) => what.startsWith("sale "))
    expect(sales.map(({ by, reason, what }) => `${by} ${what} ${reason}`).toSorted()).toEqual(
      Array.from(
        { length: AT_ONCE },
        (_, n) =>
          n % 2 === 0
            ? `ops sale price=100 currency=EUR change ${n}`
            : `clerk sale price=20000 currency=JPY change ${n}`
      ).toSorted()
    )
    const last = sales.at(-1)?.by === "ops" ? prices[0] : prices[1]
    expect((await item("mug"))["sale"]).toMatchObject(last!)

    // Nobody folds it now: it is told where it is, and counts later, once.
    processor.freeze()
    const recorded = await stock(one.adminUrl, "mug", { add: 100 }, "k-2")
    expect(recorded).toMatchObject({ status: 202, body: { status: "Change Recorded" } })
    expect((await stock(two.adminUrl, "mug", { add: 100 }, "k-2")).status).toBe(202)
    expect(await item("mug")).toMatchObject({ available: 14 })
    processor.thaw()
    await until("it counts", async () => (await item("mug"))["available"] === 114)
    expect((await stock(two.adminUrl, "mug", { add: 100 }, "k-2")).body).toMatchObject({
      available: 114,
      repeated: true
    })
  })

  it.runIf(FULL)("what is answered while Redis or Kafka is away is what is so", { timeout: TIMEOUT }, async () => {
    const { ask, item, kafka, one, ops, processor, redis, stock, two } = await start()
    for (const name of ["mug", "poster"]) expect((await stock(one.adminUrl, name, { set: 0 })).status).toBe(200)
    const add = (name: string, n: number) =>
      stock([one, two][n % 2]!.adminUrl, name, { add: 1 << n }, n % 4 < 2 ? `${name}-${n}` : undefined)
    const pauses = () => ask(one.adminUrl, ops, "/sales/pause-all", { reason: "what is this?" })
    const isPaused = async (name: string) => ((await item(name))["sale"] as Body)["paused"]

    const during = async (name: string, kill: () => Promise<void>, again: () => Promise<void>) => {
      const early = [0, 1, 2, 3].map((n) => add(name, n))
      await kill()
      const answers = await Promise.all([...early, ...[4, 5, 6, 7].map((n) => add(name, n))])
      const paused = await pauses()
      await again()
      await Promise.all([one, two, processor].map((service) => service.untilHealth(200)))
      // A change that counts by itself now, and comes after all that were on their way.
      await until(
        "changes count again",
        async () => (await stock(one.adminUrl, name, { add: 1 << 8 }, `${name}-last`)).status === 200
      )
      return { answers, paused, sum: Number((await item(name))["available"]) }
    }
    const redisAway = await during("mug", () => redis.kill(), () => redis.start())
    const onRedis = honest(redisAway.answers, redisAway.sum)
    const kafkaAway = await during("poster", () => kafka.kill(), () => kafka.start())
    const onKafka = honest(kafkaAway.answers, kafkaAway.sum)
    process.stdout.write(`Redis away:\n${onRedis.shown.join("\n")}\npause-all: ${JSON.stringify(redisAway.paused)}\n`)
    process.stdout.write(`Kafka away:\n${onKafka.shown.join("\n")}\npause-all: ${JSON.stringify(kafkaAway.paused)}\n`)
    expect([onRedis.lies, onKafka.lies]).toEqual([[], []])
    expect([redisAway.paused.status, redisAway.paused.body["code"]]).toEqual([503, "store_unavailable"])
    const { body, status } = kafkaAway.paused
    if (status === 200) {
      expect(body).toMatchObject({ total: 2 })
      const failed = body["failed"] as ReadonlyArray<{ readonly item_id: string; readonly code: string }>
      for (const { code, item_id: name } of failed) {
        if (code === "not_recorded") expect(await isPaused(name)).toBe(false)
      }
    } else if (body["code"] !== "outcome_unknown") {
      expect([await isPaused("mug"), await isPaused("poster")]).toEqual([false, false])
    }
  })

  it.runIf(FULL)("every sale of 2,000 is paused, one of them damaged", { timeout: TIMEOUT }, async () => {
    const { ask, env, one, ops, redis } = await start()
    const file = join(await Services.folder(), "items.csv")
    const lines = Array.from({ length: ITEMS }, (_, n) => `item-${n},1`)
    await writeFile(file, ["item_id,stock", ...lines, ""].join("\n"))
    const importing = performance.now()
    const imported = await Services.run(["item", "import", file, "--reason", "autumn"], env)
    expect(imported.code, imported.output.slice(-500)).toBe(0)
    const list = async () => {
      const found: Array<Body> = []
      const stopped: Array<unknown> = []
      let cursor = ""
      do {
        const { body, status } = await ask(one.adminUrl, ops, `/items?limit=200${cursor}`)
        // The store is being folded again, or the machine is slow: asked again.
        if (status !== 200) return { found: [], stopped: [] }
        found.push(...body["items"] as ReadonlyArray<Body>)
        stopped.push(...body["stopped"] as ReadonlyArray<unknown>)
        cursor = body["next"] === undefined ? "" : `&cursor=${String(body["next"])}`
      } while (cursor !== "")
      return { found, stopped }
    }
    await until("all are there", async () => (await list()).found.length === ITEMS)
    const redisClient = new Redis({ host: redis.host, port: redis.port })
    onTestFinished(() => redisClient.disconnect())
    await redisClient.set(Keys.meta(ItemId.make("item-7")), "damaged by hand")
    const begun = performance.now()
    const paused = await ask(one.adminUrl, ops, "/sales/pause-all", { reason: "wrong prices" })
    const millis = performance.now() - begun
    process.stdout.write(`pause-all of ${ITEMS}: ${Math.round(millis)} ms ${JSON.stringify(paused)}\n`)
    expect(paused).toEqual({ status: 200, body: { total: ITEMS, done: ITEMS, failed: [] } })
    const isPaused = (found: Body) => (found["sale"] as Body | undefined)?.["paused"] === true
    const folding = performance.now()
    await until("all others are paused", async () => (await list()).found.filter(isPaused).length === ITEMS - 1)
    process.stdout.write(
      `import ${Math.round(begun - importing)} ms, fold ${Math.round(performance.now() - folding)} ms\n`
    )
    expect((await list()).stopped).toEqual(["item-7"])

    // Redis is emptied, and folded again: no answer says that all were resumed while some are not known.
    await redisClient.flushall()
    const resume = () => ask(one.adminUrl, ops, "/sales/resume-all", { reason: "right prices" })
    const early = await resume()
    process.stdout.write(`resume-all of a Redis that was emptied: ${JSON.stringify(early)}\n`)
    const isHonest = early.status === 503 || early.body["incomplete_partitions"] !== undefined ||
      early.body["total"] === ITEMS
    expect(isHonest).toBe(true)
    await until("every item is known again", async () => {
      const { found, stopped } = await list()
      return found.length === ITEMS && stopped.length === 0
    })
    await until("the partitions are folded", async () => (await resume()).body["incomplete_partitions"] === undefined)
    await until("all are resumed", async () => {
      const { found } = await list()
      return found.length === ITEMS && !found.some(isPaused)
    })
  })

  it("forged instances neither break the overview nor stay, and drive out none that runs", {
    timeout: TIMEOUT
  }, async () => {
    const { ask, one, ops, redis } = await start()
    interface Overview {
      readonly instances: ReadonlyArray<{ readonly id: string; readonly service: string }>
    }
    const overview = async () => {
      const { body, status } = await ask(one.adminUrl, ops, "/overview")
      expect(status).toBe(200)
      return (body as unknown as Overview).instances
    }
    await until("all report", async () => (await overview()).length === 3)
    const own = (await overview()).map(({ id }) => id)
    const runtime = ManagedRuntime.make(RedisInfra.layer({ host: redis.host, port: redis.port }))
    onTestFinished(() => runtime.dispose())
    const forge = Effect.flatMap(
      Instances,
      ({ report }) =>
        Effect.forEach(Array.from({ length: FORGED }), (_, n) => report(InstancesContract.gateway(`forged-${n}`)), {
          concurrency: 16,
          discard: true
        })
    )
    await runtime.runPromise(Effect.retry(forge, Schedule.spaced("50 millis")))
    expect((await overview()).length).toBeLessThanOrEqual(MAX_INSTANCES)
    await until("those that run are listed again", async () => {
      const listed = new Set((await overview()).map(({ id }) => id))
      return own.every((id) => listed.has(id))
    })
    await until("the forged ones are gone", async () => (await overview()).length === own.length)
  })
})
