/** The admin API of real processes: on one file from the first start on, on Kafka and Redis with gateways killed. */
import { randomInt, randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 300_000
/** Times that a gateway is killed under a change. */
const KILLS = process.env["FULL"] === "1" ? 12 : 3
/** Changes that are on their way when it is killed. */
const AT_ONCE = 5

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const ask = async (
  url: string,
  key: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {}
): Promise<Answer> => {
  const response = await fetch(`${url}/admin/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  return { status: response.status, body: await response.json() as Answer["body"] }
}

const isUp = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health`)).status === 200
  } catch {
    return false
  }
}

describe("the admin API", () => {
  it(
    "is there from the first start on, with a key in a file; a port that is off is not",
    { timeout: TIMEOUT },
    async () => {
      const folder = join(await Services.folder(), "data")
      const engine = await Services.service("serve", { DATA_DIR: folder, SHUTDOWN_NOTICE: "0ms" })
      await engine.start()
      await engine.untilHealth(200)
      const key = (await readFile(join(folder, "admin.key"), "utf8")).trim()
      expect(engine.output()).toContain(`Admin API: ${engine.adminUrl}`)
      expect(engine.output()).not.toContain(key)

      const item = await ask(engine.adminUrl, key, "/items/101")
      expect(item).toMatchObject({ status: 200, body: { item_id: "101", available: 100 } })
      const changed = await ask(engine.adminUrl, key, "/items/101/stock", { add: 20, reason: "a second delivery" })
      expect(changed).toMatchObject({ status: 200, body: { available: 120 } })
      await until("the overview is of both services", async () => {
        const { body } = await ask(engine.adminUrl, key, "/overview")
        return body["status"] === "healthy" && (body["instances"] as ReadonlyArray<unknown>).length === 2
      })
      // One line says who, what, why and from where; none has a key.
      const line = engine.output().split("\n").find((text) => text.includes("\"admin_change\""))
      expect(JSON.parse(line ?? "{}")).toMatchObject({
        event: "admin_change",
        change: "stock",
        by: "admin",
        item_id: "101",
        reason: "a second delivery",
        address: "127.0.0.1",
        status: "done"
      })
      expect(engine.output()).not.toContain(key)
      const metrics = await (await fetch(`${engine.url}/metrics`)).text()
      expect(metrics).toMatch(/^admin_changes_total\{change="stock"\} 1$/m)
      expect(metrics).toMatch(/^admin_changes_total\{change="discard"\} 0$/m)
      expect(metrics).toMatch(/^admin_connections_max 500$/m)
      expect(metrics).toMatch(/^admin_answers_total\{status="200"\} [1-9]/m)

      // An open stream of events does not hold up the end.
      const stream = await fetch(`${engine.adminUrl}/admin/v1/overview/events`, {
        headers: { authorization: `Bearer ${key}` }
      })
      expect(stream.status).toBe(200)
      const begun = performance.now()
      expect(await engine.stop()).toEqual({ code: 0, signal: null })
      expect(performance.now() - begun).toBeLessThan(15_000)
      await stream.body?.cancel().catch(() => undefined)

      const without = await Services.service("serve", { DATA_DIR: folder, SHUTDOWN_NOTICE: "0ms", ADMIN_PORT: "off" })
      await without.start()
      await without.untilHealth(200)
      expect(await isUp(without.adminUrl)).toBe(false)
      expect(without.output()).toContain("as ADMIN_PORT is off")
    }
  )

  it("counts a change once whose gateway is killed before it answers", { timeout: TIMEOUT }, async () => {
    const lib = needed(kafkaLib())
    needed(redisServerProgram())
    const redis = await RedisServer.make()
    onTestFinished(() => redis.stop())
    const kafka = await KafkaBroker.make(lib)
    onTestFinished(() => kafka.stop())
    await Promise.all([redis.start(), kafka.start()])
    const keys = join(await Services.folder(), "keys.json")
    const made = await Services.run(["key", "create", "--name", "ops", "--scopes", "stock,read", "--file", keys])
    expect(made.code).toBe(0)
    const key = /fs_ops_\w{32}/.exec(made.output)?.[0] ?? ""
    const env = {
      REDIS_ADDR: redis.address,
      KAFKA_ADDR: kafka.address,
      API_KEYS_FILE: keys,
      SHUTDOWN_NOTICE: "0ms"
    }
    const killed = await Services.service("gateway", env)
    const other = await Services.service("gateway", env)
    const processor = await Services.service("processor", env)
    await Promise.all([killed.start(), other.start(), processor.start()])
    await Promise.all([killed.untilHealth(200), other.untilHealth(200), processor.untilHealth(200)])
    const item = `chaos-${randomUUID().slice(0, 8)}`
    const set = await ask(other.adminUrl, key, `/items/${item}/stock`, { set: 0, reason: "a test begins" })
    expect([200, 202]).toContain(set.status)

    const stock = (url: string, name: string) =>
      ask(url, key, `/items/${item}/stock`, { add: 1, reason: "a test" }, { "idempotency-key": name })
    let sent = 0
    let unanswered = 0
    for (let kill = 0; kill < KILLS; kill++) {
      await killed.untilHealth(200)
      const names = Array.from({ length: AT_ONCE }, () => `delivery-${sent++}`)
      const first = names.map((name) => stock(killed.adminUrl, name).catch(() => undefined))
      // At any moment between the arrival of the changes and their answers, which take some 10 ms and more.
      await new Promise((resolve) => setTimeout(resolve, randomInt(60)))
      await killed.killHard()
      unanswered += (await Promise.all(first)).filter((answer) => answer === undefined).length
      for (const name of names) {
        await until(`${name} is answered elsewhere`, async () => (await stock(other.adminUrl, name)).status === 200)
      }
      await killed.start()
    }
    const last = await ask(other.adminUrl, key, `/items/${item}`)
    expect(last.body).toMatchObject({ available: sent, stocked: sent })
    expect(unanswered).toBeGreaterThan(0)
  })
})
