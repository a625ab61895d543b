/** A gateway that is killed under load, and buyers who ask again under the same request id until they know. */
import * as Undici from "@effect/platform-node/Undici"
import { setTimeout as delay } from "node:timers/promises"
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const ORDERS = FULL ? 6_000 : 900
const KILLS = FULL ? 8 : 2
const BUYERS = 48
const STOCK = 1_000_000
/** How soon a buyer asks again, in milliseconds. */
const AGAIN = 100
/** The lease of a claim whose gateway died, and the time in which a new gateway starts, in milliseconds. */
const BOUND = 30_000 + 15_000
const TIMEOUT = 300_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

describe("Kills of the gateway", () => {
  it(
    "a killed gateway leaves no request id that counts twice, and none that is stuck",
    { timeout: TIMEOUT },
    async () => {
      const redis = await RedisServer.make()
      onTestFinished(() => redis.stop())
      const kafka = await KafkaBroker.make(lib)
      onTestFinished(() => kafka.stop())
      await Promise.all([redis.start(), kafka.start()])
      const env = {
        REDIS_ADDR: redis.address,
        KAFKA_ADDR: kafka.address,
        PAYMENT_FAILURE_RATE: "0",
        PAYMENT_LATENCY: "1ms",
        SHUTDOWN_NOTICE: "0ms"
      }
      const gateway = await Services.service("gateway", env)
      const processor = await Services.service("processor", env)
      await Promise.all([gateway.start(), processor.start()])
      await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
      await Services.run(["stock", "set", "101", String(STOCK)], env)
      const pool = new Undici.Pool(gateway.url, { connections: BUYERS, headersTimeout: 10_000 })
      onTestFinished(() => pool.destroy())

      const counts = { accepted: 0, known: 0, unknown: 0, broken: 0, slowest: 0 }
      const ask = async (body: string): Promise<number> => {
        try {
          const answer = await pool.request({
            method: "POST",
            path: "/buy",
            headers: { "content-type": "application/json" },
            body
          })
          if ((await answer.body.text()).includes("outcome_unknown")) counts.unknown++
          return answer.statusCode
        } catch {
          counts.broken++
          return 503
        }
      }
      /** Asks until the answer is one. */
      const buy = async (n: number) => {
        const body = JSON.stringify({ request_id: `r-${n}`, user_id: `u-${n}`, item_id: "101", amount: 1 })
        const begun = performance.now()
        let status = await ask(body)
        while (status === 503) {
          await delay(AGAIN)
          status = await ask(body)
        }
        expect([202, 409]).toContain(status)
        if (status === 202) counts.accepted++
        else counts.known++
        counts.slowest = Math.max(counts.slowest, performance.now() - begun)
      }
      let next = 0
      const buyer = async () => {
        while (next < ORDERS) await buy(next++)
      }
      const buying = Promise.all(Array.from({ length: BUYERS }, buyer))
      for (let kill = 1; kill <= KILLS; kill++) {
        await until("so many orders were sent", () => next >= (ORDERS * kill) / (KILLS + 1))
        await gateway.killHard()
        await gateway.start()
      }
      await buying
      const item = async () => (await fetch(`${gateway.url}/items/101`)).text()
      await until("each order is sold", async () => (await item()).includes(`"held":0,"sold":${ORDERS},`))
      expect(await item()).toContain(`"available":${STOCK - ORDERS},`)
      process.stdout.write(`${ORDERS} orders, ${KILLS} kills: ${JSON.stringify(counts)}\n`)
      expect(counts.broken).toBeGreaterThan(0)
      expect(counts.slowest).toBeLessThan(BOUND)
      expect(await gateway.stop()).toEqual({ code: 0, signal: null })
      expect(await processor.stop()).toEqual({ code: 0, signal: null })
    }
  )
})
