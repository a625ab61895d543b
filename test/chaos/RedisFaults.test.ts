/** Redis away, and damaged by hand, under load. */
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
/** How long Redis is away, in milliseconds: in any case longer than a command may take. */
const AWAY = FULL ? 20_000 : 7_000
const ORDERS = FULL ? 12_000 : 4_000
const RATE = 120
const TIMEOUT = 600_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** All that Redis keeps of an item. */
const keysOf = (item: string) => [
  `inventory:${item}`,
  ...["meta", "orders", "untold", "turned", "buyers", "commands"].map((part) => `{inventory:${item}}:${part}`)
]

/** Items with the key of each that is damaged, and what an operator types to repair it. */
const DAMAGES = [
  { item: "count", key: "inventory:count", repair: ["DEL", "inventory:count"] },
  { item: "meta", key: "{inventory:meta}:meta", repair: ["DEL", ...keysOf("meta")] },
  { item: "orders", key: "{inventory:orders}:orders", repair: ["reconcile", "--item", "orders", "--apply"] }
]

/** A gateway and a processor that work, on servers of this test's own. */
const scene = async (more: Readonly<Record<string, string>> = {}) => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  await Promise.all([redis.start(), kafka.start()])
  const env = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, PAYMENT_LATENCY: "50ms", ...more }
  const gateway = await Services.service("gateway", env)
  const processor = await Services.service("processor", env)
  await Promise.all([gateway.start(), processor.start()])
  await Promise.all([gateway.untilHealth(200), processor.untilHealth(200), Processors.share(processor)])
  return { redis, env, gateway, processor }
}

const buy = (gateway: Services.Service, item_id: string, request_id: string) =>
  fetch(`${gateway.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id, user_id: request_id, item_id, amount: 1 })
  })

describe("Redis", () => {
  it("the processor waits for Redis while it is away, and says so once", { timeout: TIMEOUT }, async () => {
    const { env, gateway, processor, redis } = await scene()
    const away = async (isBack: () => void | Promise<void>) => {
      const from = performance.now()
      await until("a problem is named", async () => {
        const { problems = [], redis: isUp } = await Processors.healthOf(processor)
        return !isUp && problems.some((problem) => problem.startsWith("partition "))
      })
      await processor.untilHealth(503)
      await until("Redis was away for long", () => performance.now() > from + AWAY)
      await isBack()
      await Processors.share(processor)
      await processor.untilHealth(200)
    }
    const blows = [
      () => {
        redis.freeze()
        return away(() => redis.thaw())
      },
      async () => {
        await redis.kill()
        await away(() => redis.start())
      }
    ]
    const before = Processors.lines(processor.output(), "partition_state").length
    await Load.balanced({ url: gateway.url, env, orders: ORDERS, rate: RATE, blows })
    await Processors.onlyPaymentTimeouts(env)
    // A machine that is too busy lets Kafka seem away as well, which has lines of its own.
    const waits = Processors.lines(processor.output(), "partition_state").slice(before).filter((line) =>
      line.includes(": waiting: ") && !line.includes("the log: ")
    )
    expect(waits.length).toBeGreaterThan(0)
    // A line of each partition for each blow, however long it waits.
    expect(waits.length).toBeLessThanOrEqual(Processors.PARTITIONS * blows.length)
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
  })

  it(
    "a key of the wrong type stops only its item, until it is repaired",
    { timeout: TIMEOUT },
    async () => {
      const { env, gateway, processor, redis } = await scene({ PAYMENT_FAILURE_RATE: "0" })
      const operator = Processors.operator(redis)
      const each = (run: (damage: typeof DAMAGES[number]) => Promise<void>) => Promise.all(DAMAGES.map(run))
      const buys = (item: string, request: string) =>
        until(`${request} is accepted`, async () => [202, 409].includes((await buy(gateway, item, request)).status))
      const isFinal = (request: string) =>
        until(
          `${request} is final`,
          async () => (await operator.get(`order_status:${request}`) ?? "").includes("COMPLETED")
        )
      const named = async (item: string) =>
        ((await Processors.healthOf(processor)).problems ?? []).find((problem) => problem.startsWith(`item ${item}: `))
      const stock = async (...args: ReadonlyArray<string>) => (await Services.run(["stock", ...args], env)).output

      await each(async ({ item }) => {
        await until(`${item} is in stock`, async () => (await stock("set", item, "9")).includes("available 9,"))
        await buys(item, `${item}-before`)
        await isFinal(`${item}-before`)
      })
      await Load.balanced({
        url: gateway.url,
        env,
        orders: ORDERS / 4,
        rate: RATE,
        blows: [async () => {
          await each(async ({ item, key }) => {
            await operator.multi().del(key).lpush(key, "typed by mistake").exec()
            await buys(item, `${item}-during`)
            await until(`${item} is named`, async () => await named(item) !== undefined)
          })
          await processor.untilHealth(503)
        }]
      })
      await each(async ({ item }) => expect(await named(item)).toContain("WRONGTYPE"))

      for (const { item, repair: [command = "", ...args] } of DAMAGES) {
        if (command === "DEL") await operator.del(args)
        else expect((await Services.run([command, ...args], env)).output).toContain(`item ${item}`)
        await isFinal(`${item}-during`)
      }
      await until("nothing is wrong", async () => (await Processors.healthOf(processor)).problems === undefined)
      await Processors.share(processor)
      await each(async ({ item }) => {
        await buys(item, `${item}-after`)
        await isFinal(`${item}-after`)
        expect(await stock("get", item)).toContain("available 6, held 0, sold 3")
      })
      expect((await Services.run(["reconcile"], env)).code).toBe(0)
    }
  )
})
