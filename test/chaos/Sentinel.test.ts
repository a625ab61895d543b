/** A primary that is killed, and one that is demoted, under load: Sentinel names another, and the books balance. */
import { expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import * as RedisSentinel from "../servers/RedisSentinel.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const ORDERS = FULL ? 12_000 : 3_000
const RATE = 100
const TIMEOUT = 600_000
/** How long a failover may take for the engine, in milliseconds: Sentinel's second and a half, and a recovery. */
const UP_WITHIN = 60_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

const redisOf = async (settings: RedisServer["settings"] = {}) => {
  const server = await RedisServer.make(settings)
  onTestFinished(() => server.stop())
  await server.start()
  return server
}

it(
  "loses, doubles and oversells nothing when Sentinel makes another Redis the primary",
  { timeout: TIMEOUT },
  async () => {
    const first = await redisOf()
    const second = await redisOf({ replicaof: `${first.host} ${first.port}` })
    const sentinel = await RedisSentinel.start(first)
    onTestFinished(() => sentinel.stop())
    await RedisSentinel.untilWatching(sentinel, second)
    const kafka = await KafkaBroker.make(lib)
    onTestFinished(() => kafka.stop())
    await kafka.start()
    const env = {
      REDIS_SENTINELS: sentinel.address,
      REDIS_MASTER_NAME: RedisSentinel.NAME,
      KAFKA_ADDR: kafka.address,
      PAYMENT_LATENCY: "50ms"
    }
    const gateway = await Services.service("gateway", env)
    const processor = await Services.service("processor", env)
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200), Processors.share(processor)])

    /** Waits until this one is the primary and everything is well on it, and says how long that took. */
    const movedTo = async (primary: RedisServer, what: string, from: number) => {
      await until("it is the primary", () => RedisSentinel.isPrimary(primary))
      const named = (performance.now() - from) / 1_000
      await until(
        "both are well",
        async () =>
          (await Promise.all([gateway.url, processor.url].map((url) => fetch(`${url}/health`)))).every(({ ok }) => ok),
        UP_WITHIN
      )
      await Processors.share(processor)
      const well = (performance.now() - from) / 1_000
      process.stdout.write(
        `${what}: another primary after ${named.toFixed(1)} s, all well after ${well.toFixed(1)} s\n`
      )
    }
    await Load.balanced({
      url: gateway.url,
      env,
      orders: ORDERS,
      rate: RATE,
      blows: [
        async () => {
          const from = performance.now()
          await first.kill()
          await movedTo(second, "killed", from)
          await first.start()
          await RedisSentinel.untilWatching(sentinel, first)
        },
        async () => {
          const from = performance.now()
          await RedisSentinel.failOver(sentinel)
          await movedTo(first, "demoted", from)
        }
      ]
    })
    await Processors.onlyPaymentTimeouts(env)
    await until("the other one was demoted", async () => !await RedisSentinel.isPrimary(second))
    expect((await Services.run(["reconcile"], env)).code).toBe(0)
    expect(await gateway.stop()).toEqual({ code: 0, signal: null })
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
  }
)
