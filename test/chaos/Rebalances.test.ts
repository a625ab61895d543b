/** Processors of one group come, go, die and freeze while orders are in flight. */
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const ROUNDS = FULL ? 3 : 1
const RATE = 120
const ORDERS = FULL ? 18_000 : 4_000
const TIMEOUT = 600_000
const PARTITIONS = 12
/** How long a processor that is told to stop may take, in milliseconds. */
const STOP_WITHIN = 30_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

describe("Processors of one group", () => {
  it("share the partitions whoever joins, leaves, dies or freezes", { timeout: TIMEOUT }, async () => {
    const redis = await RedisServer.make()
    onTestFinished(() => redis.stop())
    const kafka = await KafkaBroker.make(lib)
    onTestFinished(() => kafka.stop())
    await Promise.all([redis.start(), kafka.start()])
    const env = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, PAYMENT_LATENCY: "200ms" }
    const gateway = await Services.service("gateway", env)
    const a = await Services.service("processor", env)
    const b = await Services.service("processor", env)
    const c = await Services.service("processor", env)

    /** Each of them works, and between them they have all there is. */
    const shared = (...processors: ReadonlyArray<Services.Service>) =>
      until(`${processors.length} processors share the partitions`, async () => {
        const counts = await Processors.running(processors)
        return counts.every((count) => count > 0) && counts.reduce((sum, count) => sum + count) === PARTITIONS
      })
    const stopped = async (processor: Services.Service) => {
      const from = performance.now()
      expect(await processor.stop()).toEqual({ code: 0, signal: null })
      expect(performance.now() - from).toBeLessThan(STOP_WITHIN)
    }

    await Promise.all([gateway.start(), a.start()])
    await Promise.all([gateway.untilHealth(200), shared(a)])
    const round: ReadonlyArray<() => Promise<void>> = [
      async () => {
        await Promise.all([b.start(), c.start()])
        await shared(a, b, c)
      },
      async () => {
        await stopped(a)
        await shared(b, c)
      },
      async () => {
        // Longer than the group waits for a sign of life: it is over when others have what it had.
        b.freeze()
        await shared(c)
        b.thaw()
        await shared(b, c)
      },
      async () => {
        await c.killHard()
        await shared(b)
      },
      async () => {
        await a.start()
        await shared(a, b)
        await stopped(b)
        await shared(a)
      }
    ]
    await Load.balanced({
      url: gateway.url,
      env,
      orders: ORDERS,
      rate: RATE,
      blows: Array.from({ length: ROUNDS }, () => round).flat()
    })
    await Processors.onlyPaymentTimeouts(env)
    await stopped(a)
  })
})
