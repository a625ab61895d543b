/** Gateway, processor and commands as processes, on a Kafka and a Redis that require users, passwords and TLS. */
import { readFile } from "node:fs/promises"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Certificates from "../servers/Certificates.ts"
import { until } from "../servers/Processes.ts"
import * as SecuredServers from "../servers/SecuredServers.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

describe("On secured servers", () => {
  it("an order becomes final on secured servers, and no secret is logged", { timeout: TIMEOUT }, async () => {
    const certificates = await Certificates.make()
    onTestFinished(() => certificates.remove())
    const [redis, kafka] = await Promise.all([
      SecuredServers.redis(certificates),
      SecuredServers.kafka(lib, certificates)
    ])
    onTestFinished(() => redis.stop())
    onTestFinished(() => kafka.stop())
    const env = { ...redis.env, ...kafka.env, PAYMENT_FAILURE_RATE: "0", LOG_LEVEL: "debug" }
    const gateway = await Services.service("gateway", env)
    const processor = await Services.service("processor", env)
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
    const stock = await Services.run(["stock", "set", "101", "5"], env)
    expect(stock.output).toContain("item 101: available 5")
    const bought = await fetch(`${gateway.url}/buy`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 })
    })
    expect(bought.status).toBe(202)
    const status = async () => (await fetch(`${gateway.url}/orders/r-1`)).text()
    await until("the order is final", async () => (await status()).includes("COMPLETED"))
    const wrong = await Services.run(["stock", "get", "101"], {
      ...env,
      REDIS_PASSWORD: "wr0ng",
      KAFKA_PASSWORD: "wr0ng"
    })
    expect(wrong.code).toBe(1)
    const halves = await Services.run(["stock", "get", "101"], { ...env, KAFKA_SASL_MECHANISM: "" })
    expect(halves.output).toContain("KAFKA_SASL_MECHANISM: missing")
    const key = (await readFile(certificates.client.key, "utf8")).split("\n")[1]!
    for (const output of [gateway.output(), processor.output(), stock.output, wrong.output, halves.output]) {
      for (const secret of [SecuredServers.PASSWORD, "wr0ng", key]) expect(output).not.toContain(secret)
    }
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    expect(await gateway.stop()).toEqual({ code: 0, signal: null })
  })
})
