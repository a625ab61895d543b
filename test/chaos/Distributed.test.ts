/** Gateway and processor as processes of their own, on a Kafka and a Redis of their own. */
import { Redis } from "ioredis"
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 400_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** A Kafka and a Redis of this test's own, not started yet, and how to reach them. */
const servers = async () => {
  const redis = await RedisServer.make({ appendonly: "yes", appendfsync: "always", save: "" })
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    CIRCUIT_BREAKER_BASE_TIMEOUT: "1s",
    PAYMENT_LATENCY: "50ms"
  }
  return { redis, kafka, env }
}

describe("Gateway and processor on Kafka and Redis", () => {
  it("gateway and processor start while Kafka and Redis are away, say so, and go on by themselves", {
    timeout: TIMEOUT
  }, async () => {
    const { env, kafka, redis } = await servers()
    const gateway = await Services.service("gateway", env)
    const processor = await Services.service("processor", env)
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(503), processor.untilHealth(503)])
    const refused = await fetch(`${gateway.url}/buy`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ request_id: "away-1", user_id: "u-1", item_id: "101", amount: 1 })
    })
    expect(refused.status).toBe(503)
    await redis.start()
    await kafka.start()
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
    const set = await Services.run(["stock", "set", "101", "7"], env)
    expect(set.output).toContain("item 101: available 7, held 0, sold 0")
    expect(await gateway.stop()).toEqual({ code: 0, signal: null })
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
  })

  it("stock typed into Redis is sold, and an order's ids are in every log line", { timeout: TIMEOUT }, async () => {
    const { env, kafka, redis } = await servers()
    await Promise.all([redis.start(), kafka.start()])
    const gateway = await Services.service("gateway", { ...env, TRUST_TRACEPARENT: "true" })
    const processor = await Services.service("processor", { ...env, PAYMENT_FAILURE_RATE: "0" })
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
    const operator = new Redis(redis.port, redis.host)
    onTestFinished(() => operator.disconnect())
    const buy = (request_id: string, amount: number) =>
      fetch(`${gateway.url}/buy`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-correlation-id": `c-${request_id}`,
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        },
        body: JSON.stringify({ request_id, user_id: "u-1", item_id: "101", amount })
      })
    // Until the processor has published that it holds the whole fold, no answer says that an item is unknown.
    await until("the fold is whole", async () => (await fetch(`${gateway.url}/items/101`)).status === 404)
    expect((await buy("r-0", 1)).status).toBe(404)
    await operator.set("inventory:101", 100)
    await until("the stock is seen", async () => (await buy("r-1", 30)).status === 202)
    await until("the order is final", async () => (await operator.get("order_status:r-1") ?? "").includes("COMPLETED"))
    expect(await operator.get("inventory:101")).toBe("70")
    await operator.set("inventory:101", 5)
    const item = async () => (await fetch(`${gateway.url}/items/101`)).text()
    // Within the age of the gateway's read, and the time of a record.
    await until("the change is seen", async () => (await item()).includes("\"available\":5,"), 1_000)
    expect((await buy("r-2", 6)).status).toBe(410)
    expect((await buy("r-3", 5)).status).toBe(202)
    await until("the last is final", async () => (await operator.get("order_status:r-3") ?? "").includes("COMPLETED"))
    await until(
      "the counts are published",
      async () => (await item()).includes("\"available\":0,\"held\":0,\"sold\":35,"),
      1_000
    )
    for (const output of [gateway.output(), processor.output()]) {
      const lines = output.split("\n").filter((line) => line.includes("\"c-r-1\""))
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) {
        expect(JSON.parse(line)).toMatchObject({
          correlation_id: "c-r-1",
          request_id: "r-1",
          item_id: "101",
          trace_id: "0af7651916cd43dd8448eb211c80319c"
        })
      }
    }
  })
})
