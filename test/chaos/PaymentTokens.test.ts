/**
 * Payment tokens through real processes: what is on disk and in the log is encrypted, the provider gets the token, and
 * a processor without the key holds its charges back until it has it.
 */
import { Kafka, logLevel } from "kafkajs"
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { fileOf } from "../infra/payment/Keys.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { freePort } from "../servers/Ports.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 180_000
const TOKEN = "tok_never-on-any-disk"
const API_KEY = "sk_in-a-file"
const PRIVATE = 0o600

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** A file that only its owner may read. */
const secret = async (folder: string, name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text, { mode: PRIVATE })
  return path
}

/** A provider that takes every charge, the tokens that it was sent, and the settings that lead to it. */
const provider = async (folder: string) => {
  const tokens: Array<unknown> = []
  const port = await freePort()
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const charge: { readonly key: string; readonly payment_token?: string } = JSON.parse(
        Buffer.concat(chunks).toString()
      )
      tokens.push(charge.payment_token)
      const isOurs = request.headers.authorization === `Bearer ${API_KEY}`
      response.writeHead(isOurs ? 200 : 401, { "content-type": "application/json" })
      response.end(JSON.stringify({ result: "paid", key: charge.key }))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const env = {
    PAYMENT_URL: `http://127.0.0.1:${port}/v1`,
    PAYMENT_API_KEY_FILE: await secret(folder, "api-key", `${API_KEY}\n`)
  }
  return { env, tokens }
}

const buy = (url: string, name: string): Promise<Response> =>
  fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: name, user_id: "u-1", item_id: "101", amount: 1, payment_token: TOKEN })
  })

const untilStatus = (url: string, name: string, status: string) =>
  until(`${name} is ${status}`, async () => (await (await fetch(`${url}/orders/${name}`)).text()).includes(status))

/** The values of all records of the log that place an order. */
const placed = async (address: string): Promise<ReadonlyArray<string>> => {
  const consumer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).consumer({ groupId: "a-test" })
  const values: Array<string> = []
  await consumer.connect()
  await consumer.subscribe({ topic: "orders", fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const text = message.value?.toString() ?? ""
      if (text.includes("user_id")) values.push(text)
    }
  })
  await until("the records are read", () => values.length > 0)
  await consumer.disconnect()
  return values
}

describe("Payment tokens", () => {
  it("serve keeps its folder to itself, and writes no token in clear into it", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    const data = join(folder, "data")
    const { env, tokens } = await provider(folder)
    const engine = await Services.service("serve", { DATA_DIR: data, ...env })
    await engine.start()
    await engine.untilHealth(200)
    expect((await buy(engine.url, "r-1")).status).toBe(202)
    await untilStatus(engine.url, "r-1", "COMPLETED")
    expect(tokens).toEqual([TOKEN])
    await engine.killHard()
    await engine.start()
    await engine.untilHealth(200)
    expect((await buy(engine.url, "r-2")).status).toBe(202)
    await untilStatus(engine.url, "r-2", "COMPLETED")
    expect(await engine.stop()).toEqual({ code: 0, signal: null })
    const names = await readdir(data)
    expect(names).toEqual(expect.arrayContaining(["engine.sqlite", "engine.lock", "orders.high", "payment-token.keys"]))
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    expect(await modeOf(data)).toBe("700")
    let encrypted = 0
    for (const name of names) {
      const path = join(data, name)
      expect([name, await modeOf(path)]).toEqual([name, "600"])
      const bytes = (await readFile(path)).toString("latin1")
      expect(bytes.includes(TOKEN), name).toBe(false)
      encrypted += [...bytes.matchAll(/enc1\.k[0-9a-f]{16}\./g)].length
    }
    expect(encrypted).toBeGreaterThanOrEqual(2)
    expect(engine.output()).not.toContain(TOKEN)
  })

  it("serve makes no key in the place of one that was not brought along", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    const data = join(folder, "data")
    const keys = join(data, "payment-token.keys")
    const { env, tokens } = await provider(folder)
    // Nobody answers at the discard port, so the charge waits.
    const away = await Services.service("serve", { DATA_DIR: data, ...env, PAYMENT_URL: "http://127.0.0.1:9/v1" })
    await away.start()
    await away.untilHealth(200)
    expect((await buy(away.url, "r-1")).status).toBe(202)
    await untilStatus(away.url, "r-1", "RESERVED")
    await away.killHard()
    const kept = await readFile(keys)
    const backup = join(folder, "backup.sqlite")
    expect((await Services.run(["backup", backup], { DATA_DIR: data })).output).toContain(
      `payment-token.keys in ${data}`
    )
    await rm(data, { recursive: true })
    const restored = await Services.run(["restore", backup], { DATA_DIR: data })
    expect(restored.output).toContain(`bring payment-token.keys of that engine into ${data}`)

    const engine = await Services.service("serve", { DATA_DIR: data, ...env })
    await engine.start()
    const problems = async () => await (await fetch(`${engine.metricsUrl}/health`)).text()
    const id = kept.toString().split(" ")[0]!
    await until("health names the key", async () => (await problems().catch(() => "")).includes(id))
    expect(engine.output()).toContain(`${keys} is missing, and the log holds payment tokens`)
    await engine.untilHealth(200)
    expect((await buy(engine.url, "r-2")).status).toBe(503)
    await untilStatus(engine.url, "r-1", "RESERVED")
    expect(tokens).toEqual([])
    expect(await readdir(data)).not.toContain("payment-token.keys")
    expect(await engine.stop()).toEqual({ code: 0, signal: null })

    await writeFile(keys, kept, { mode: PRIVATE })
    await engine.start()
    await engine.untilHealth(200)
    await untilStatus(engine.url, "r-1", "COMPLETED")
    expect((await buy(engine.url, "r-2")).status).toBe(202)
    await untilStatus(engine.url, "r-2", "COMPLETED")
    expect(tokens).toEqual([TOKEN, TOKEN])
  })

  it("a processor without the key holds charges back until it is started with it", { timeout: TIMEOUT }, async () => {
    const redis = await RedisServer.make()
    onTestFinished(() => redis.stop())
    const kafka = await KafkaBroker.make(lib)
    onTestFinished(() => kafka.stop())
    await Promise.all([redis.start(), kafka.start()])
    const folder = await Services.folder()
    const { env: payments, tokens } = await provider(folder)
    const servers = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, KAFKA_PARTITIONS: "1" }
    const [old, both] = [
      await secret(folder, "old", fileOf("k1")),
      await secret(folder, "both", fileOf("k2", "k1"))
    ]
    const gateway = await Services.service("gateway", { ...servers, PAYMENT_TOKEN_KEY_FILE: both })
    const behind = await Services.service("processor", { ...servers, ...payments, PAYMENT_TOKEN_KEY_FILE: old })
    await Promise.all([gateway.start(), behind.start()])
    await Promise.all([gateway.untilHealth(200), behind.untilHealth(200)])
    expect((await Services.run(["stock", "set", "101", "5"], servers)).output).toContain("available 5")
    expect((await buy(gateway.url, "r-1")).status).toBe(202)
    await behind.untilHealth(503)
    const health = await (await fetch(`${behind.url}/health`)).text()
    expect(health).toContain(
      "payments are held back: payment tokens are encrypted by keys that PAYMENT_TOKEN_KEY_FILE does not have: k2"
    )
    await untilStatus(gateway.url, "r-1", "RESERVED")
    expect(tokens).toEqual([])
    expect(await behind.stop()).toEqual({ code: 0, signal: null })
    const able = await Services.service("processor", { ...servers, ...payments, PAYMENT_TOKEN_KEY_FILE: both })
    await able.start()
    await able.untilHealth(200)
    await untilStatus(gateway.url, "r-1", "COMPLETED")
    expect(tokens).toEqual([TOKEN])
    const values = await placed(kafka.address)
    expect(values).toHaveLength(1)
    expect(values[0]).toMatch(/"payment_token":"enc1\.k2\.[\w-]{16}\.[\w-]+"/)
    for (const { output } of [gateway, behind, able]) {
      for (const text of [TOKEN, API_KEY]) expect(output()).not.toContain(text)
    }
  })
})
