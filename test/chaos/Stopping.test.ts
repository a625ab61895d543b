/** SIGTERM at bad moments: a process that cannot finish what it has in hand ends in time all the same, with 0. */
import { Kafka } from "kafkajs"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { freePort } from "../servers/Ports.ts"
import { spawnLogged, until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 400_000
const WITHIN_MILLIS = 30_000
const PROVIDER = fileURLToPath(new URL("../infra/payment/provider.ts", import.meta.url))
/** So many that folding them again takes longer than noticing that it has begun. */
const RECORDS = 40_000
const BATCH = 5_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

const stopsInTime = async (service: Services.Service): Promise<void> => {
  const asked = performance.now()
  expect(await service.stop(), service.output().slice(-2_000)).toEqual({ code: 0, signal: null })
  expect(performance.now() - asked).toBeLessThan(WITHIN_MILLIS)
}

/** A provider that takes every charge and answers none. */
const silentProvider = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const port = await freePort()
  const env = { PORT: String(port), LEDGER: `${folder}/ledger`, API_KEY: "key", SHARES: "{\"silent\":1}" }
  const provider = await spawnLogged(process.execPath, [PROVIDER], { env })
  onTestFinished(async () => {
    provider.kill("SIGKILL")
    await provider.exit
  })
  await provider.waitFor("listening")
  return { PAYMENT_URL: `http://127.0.0.1:${port}/v1`, PAYMENT_API_KEY: "key" }
}

const ordersIn = async (address: string, count: number): Promise<void> => {
  const kafka = new Kafka({ brokers: [address], logLevel: 0 })
  const producer = kafka.producer()
  await producer.connect()
  for (let from = 0; from < count; from += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => ({
      key: "101",
      value: JSON.stringify({ request_id: `r-${from + n}`, user_id: "u-1", item_id: "101", amount: 1 })
    }))
    await producer.send({ topic: "orders", messages })
  }
  await producer.disconnect()
}

const recovering = async ({ url }: Services.Service): Promise<number> => {
  const text = await (await fetch(`${url}/health`)).text()
  const body: { readonly partitions: { readonly recovering: number } } = JSON.parse(text)
  return body.partitions.recovering
}

describe("SIGTERM", () => {
  it("SIGTERM ends processes that never reached Kafka and Redis", { timeout: TIMEOUT }, async () => {
    const env = { REDIS_ADDR: `127.0.0.1:${await freePort()}`, KAFKA_ADDR: `127.0.0.1:${await freePort()}` }
    const services = [await Services.service("gateway", env), await Services.service("processor", env)]
    await Promise.all(services.map((service) => service.start()))
    await Promise.all(services.map((service) => service.untilHealth(503)))
    await Promise.all(services.map(stopsInTime))
  })

  it(
    "SIGTERM ends a processor whose payments hang, whose servers are away, or which recovers",
    { timeout: TIMEOUT },
    async () => {
      const redis = await RedisServer.make({ appendonly: "yes", appendfsync: "everysec", save: "" })
      onTestFinished(() => redis.stop())
      const kafka = await KafkaBroker.make(lib)
      onTestFinished(() => kafka.stop())
      await Promise.all([redis.start(), kafka.start()])
      const servers = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, KAFKA_PARTITIONS: "1", LOG_LEVEL: "warn" }
      const env = { ...servers, ...await silentProvider(await Services.folder()) }
      const processor = await Services.service("processor", env)
      await processor.start()
      await processor.untilHealth(200)

      const placed = await Services.run(["stock", "set", "101", "7"], env)
      expect(placed.output).toContain("item 101: available 7")
      await ordersIn(kafka.address, 7)
      await until("all is held", async () => {
        const metrics = await (await fetch(`${processor.url}/metrics`)).text()
        return /^processor_payments_in_flight 7$/m.test(metrics)
      })
      await stopsInTime(processor)

      await processor.start()
      await processor.untilHealth(200)
      await redis.kill()
      await processor.untilHealth(503)
      await stopsInTime(processor)

      await redis.start()
      await ordersIn(kafka.address, RECORDS)
      await processor.start()
      await until("it recovers", () => recovering(processor).then((count) => count > 0, () => false))
      await stopsInTime(processor)

      await processor.start()
      await processor.untilHealth(200)
      await kafka.kill()
      await processor.untilHealth(503)
      await stopsInTime(processor)
    }
  )
})
