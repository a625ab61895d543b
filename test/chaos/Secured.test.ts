/** Gateway, processor and commands as processes, on a Kafka and a Redis that require users, passwords and TLS. */
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from "kafkajs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Certificates from "../servers/Certificates.ts"
import { until } from "../servers/Processes.ts"
import * as SecuredServers from "../servers/SecuredServers.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 180_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** What the runbook recommended once. */
const OLD = "~inventory:* ~{inventory:* ~order_status:* ~ratelimit:* ~fold:* ~repairs " +
  "-@all +@read +@write +@scripting +@connection +info +config|get"

const buy = (url: string, name: string): Promise<Response> =>
  fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: name, user_id: `u-${name}`, item_id: "101", amount: 1 })
  })

/** Takes away what the settings of the topics are read by. */
const denyConfigs = async (address: string, user: SecuredServers.User): Promise<void> => {
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const acl = ["orders", "orders-dlq", "order-events"].map((resourceName) => ({
    resourceType: AclResourceTypes.TOPIC,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: "*",
    operation: AclOperationTypes.DESCRIBE_CONFIGS,
    permissionType: AclPermissionTypes.DENY
  }))
  await admin.createAcls({ acl })
  await admin.disconnect()
}

/** Appends to the log what is no record of ours. */
const append = async (address: string, value: string): Promise<void> => {
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic: "orders", messages: [{ key: "101", value }] })
  await producer.disconnect()
}

/** What the gateway's own users may do for operators: each kind of thing once. */
const operate = async (url: string, key: string): Promise<void> => {
  const ask = async (path: string, body?: object) => {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": path },
      ...(body === undefined ? {} : { body: JSON.stringify({ reason: "a test", ...body }) })
    })
    const answer = await response.text()
    expect([path, response.status, answer]).toEqual([path, 200, answer])
    return answer
  }
  expect(await ask("/items")).toContain("\"item_id\":\"101\"")
  expect(await ask("/items/101/stock", { add: 1 })).toContain("\"stocked\":6")
  expect(await ask("/sales/resume-all", {})).toContain("\"failed\":[]")
  expect(await ask("/overview")).toContain("\"service\":\"gateway\"")
  expect(await ask("/dead-letters")).toBe("{\"letters\":[]}")
  expect(await ask("/dead-letters/replay", { filter: {} })).toContain("\"total\":0")
}

describe("On secured servers", () => {
  it(
    "an order goes its way with each user's least rights, and nothing secret is told",
    { timeout: TIMEOUT },
    async () => {
      const certificates = await Certificates.make()
      onTestFinished(() => certificates.remove())
      const [redis, kafka] = await Promise.all([
        SecuredServers.redis(certificates),
        SecuredServers.kafka(lib, certificates, { isLimited: true, topics: ["orders", "orders-5"] })
      ])
      onTestFinished(() => redis.stop())
      onTestFinished(() => kafka.stop())
      const envOf = (user: SecuredServers.User) => ({
        ...redis.envOf(user),
        ...kafka.envOf(user),
        PAYMENT_FAILURE_RATE: "0",
        LOG_LEVEL: "debug"
      })
      const env = envOf("operator")
      // As containers are given their secrets: in files.
      const password = join(await Services.folder(), "password")
      await writeFile(password, `${SecuredServers.PASSWORD}\n`, { mode: 0o600 })
      const files = { KAFKA_PASSWORD_FILE: password, REDIS_PASSWORD_FILE: password }
      const keysFile = join(await Services.folder(), "keys.json")
      const made = await Services.run(["key", "create", "--name", "ops", "--scopes", "admin", "--file", keysFile])
      const gateway = await Services.service("gateway", {
        ...envOf("gateway"),
        KAFKA_PASSWORD: "",
        REDIS_PASSWORD: "",
        ...files,
        API_KEYS_FILE: keysFile
      })
      const processor = await Services.service("processor", envOf("processor"))
      await Promise.all([gateway.start(), processor.start()])
      await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
      const command = async (...args: ReadonlyArray<string>) => {
        const { code, output } = await Services.run(args, env)
        expect({ args, code, output }).toMatchObject({ code: 0 })
        expect(output).not.toContain("Redis denie")
        return output
      }
      const stock = await command("stock", "set", "101", "5")
      expect(stock).toContain("item 101: available 5")
      await command("sale", "limit", "101", "3")
      const bought = await fetch(`${gateway.url}/buy`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 })
      })
      expect(bought.status).toBe(202)
      const standing = async () => (await fetch(`${gateway.url}/orders/r-1`)).text()
      await until("the order is final", async () => (await standing()).includes("COMPLETED"))
      expect((await fetch(`${gateway.url}/items/101`)).status).toBe(200)
      expect((await fetch(`${gateway.url}/orders/never-placed`)).status).toBe(404)
      expect(await command("stock", "get", "101")).toContain("available 4")
      expect(await command("order", "show", "r-1")).toContain("COMPLETED")
      await append(kafka.address, "rubbish")
      const letters = async () => (await Services.run(["dlq", "list"], env)).output
      await until("a letter is there", async () => (await letters()).includes("Invalid Order Format"))
      const letter = /^(\d+-\d+)\s/m.exec(await command("dlq", "list"))?.[1] ?? ""
      await command("dlq", "discard", letter, "--why", "a test")
      expect(await command("dlq", "list")).not.toContain("Invalid Order Format")
      await operate(gateway.adminUrl, /fs_ops_\w{32}/.exec(made.output)?.[0] ?? "")
      expect(await command("reconcile")).toContain("0 differ")
      const second = await SecuredServers.redis(certificates)
      onTestFinished(() => second.stop())
      await command("recover", "--to", second.envOf("operator")["REDIS_ADDR"]!)
      expect(await SecuredServers.denied(redis.admin)).toEqual([])
      expect(await SecuredServers.denied(second.admin)).toEqual([])
      // Kafka does look at who may do what.
      const foreign = await Services.run(["reconcile"], { ...env, ...kafka.envOf("gateway") })
      expect(foreign).toMatchObject({ code: 3 })
      expect(foreign.output).toMatch(/group coordinator|not authorized/i)
      // What the runbook recommended once, and the key log, without which no gateway takes an order: one line says what
      // is missing, and what was never ordered is still unknown.
      await redis.admin.acl("SETUSER", "old", "reset", "on", `>${SecuredServers.PASSWORD}`, ...OLD.split(" "), "%R~log")
      const older = await Services.service("gateway", { ...envOf("gateway"), REDIS_USERNAME: "old" })
      await older.start()
      await older.untilHealth(200)
      for (const name of ["r-2", "r-3", "r-4"]) {
        expect((await buy(older.url, name)).status).toBe(202)
        await until("it is known", async () => (await fetch(`${older.url}/orders/${name}`)).status === 200)
        expect((await fetch(`${older.url}/orders/never-placed`)).status).toBe(404)
      }
      const warned = older.output().split("\n").filter((line) => line.includes("redis_rights"))
      expect(warned).toHaveLength(1)
      expect(warned[0]).toContain("%R~backlog")
      expect(warned[0]).toContain("MAX_QUEUE_WAIT is off")
      expect(older.output()).not.toMatch(/"level":"(?:WARN|ERROR)"(?!.*redis_rights)/)
      // With its own rights nobody had anything to say of the topics; without one of them it is said once.
      for (const { output } of [gateway, processor]) expect(output()).not.toContain("log_policy")
      await denyConfigs(kafka.address, "gateway")
      const blind = await Services.service("gateway", envOf("gateway"))
      await blind.start()
      await blind.untilHealth(200)
      const said = () => blind.output().split("\n").filter((line) => line.includes("log_policy"))
      await until("it says so", async () => said().length > 0)
      expect((await buy(blind.url, "r-5")).status).toBe(202)
      expect(said().map((line) => JSON.parse(line))).toMatchObject([{
        level: "WARN",
        message: expect.stringMatching(/^Nobody knows whether the topics keep every record: .*authoriz/i)
      }])
      const wrong = await Services.run(["stock", "get", "101"], {
        ...env,
        REDIS_PASSWORD: "wr0ng",
        KAFKA_PASSWORD: "wr0ng"
      })
      expect(wrong.code).toBe(3)
      const halves = await Services.run(["stock", "get", "101"], { ...env, KAFKA_SASL_MECHANISM: "" })
      expect(halves.code).toBe(2)
      expect(halves.output).toContain("KAFKA_SASL_MECHANISM: missing")
      const key = (await readFile(certificates.client.key, "utf8")).split("\n")[1]!
      for (const output of [gateway.output(), processor.output(), stock, wrong.output, halves.output]) {
        for (const secret of [SecuredServers.PASSWORD, "wr0ng", key]) expect(output).not.toContain(secret)
      }
      expect(await processor.stop()).toEqual({ code: 0, signal: null })
      expect(await gateway.stop()).toEqual({ code: 0, signal: null })
      // The log moves with the same rights to the new topic.
      expect(await command("recover", "--repartition", "5", "--to-topic", "orders-5")).toContain(
        "done. Set ORDERS_TOPIC"
      )
      const moved = { ORDERS_TOPIC: "orders-5", ORDER_EVENTS_TOPIC: "order-events-5", KAFKA_PARTITIONS: "5" }
      const later = await Services.service("processor", { ...envOf("processor"), ...moved })
      await later.start()
      await later.untilHealth(200)
      const reconciled = await Services.run(["reconcile"], { ...env, ...moved })
      expect(reconciled).toMatchObject({ code: 0, output: expect.stringContaining("0 differ") })
    }
  )
})
