/**
 * What each request leaves behind that gets nothing: bytes in Redis, and memory of the gateway. A real Kafka and a real
 * Redis, a gateway and a processor; `REQUESTS` of each kind. An accepted order stands beside them.
 */
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { residentMib } from "./Memory.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const REQUESTS = Number(process.env["REQUESTS"] ?? 10_000)
const CONNECTIONS = 50
/** Until what Redis does by itself after writes is over, and batches under way have ended. */
const SETTLE_MILLIS = 2_000

interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly type?: string
}

const order = (id: string, user: string, item: string): Sent => ({
  method: "POST",
  path: "/buy",
  body: JSON.stringify({ request_id: id, user_id: user, item_id: item, amount: 1 })
})

/** What is sent the nth time, by the name of its kind. The first is accepted. */
const KINDS: Readonly<Record<string, (n: number) => Sent>> = {
  "an accepted order": (n) => order(`ok-${n}`, `user-${n}`, "101"),
  "the same order again": () => order("ok-1", "user-1", "101"),
  "an order of a user beyond the rate limit": (n) => order(`limited-${n}`, "one-user", "101"),
  "an order of an item that is sold out": (n) => order(`late-${n}`, `late-user-${n}`, "102"),
  "an order of an unknown item": (n) => order(`lost-${n}`, `lost-user-${n}`, `no-${n}`),
  "an order that is no JSON": () => ({ method: "POST", path: "/buy", body: "{" }),
  "an order of another type": () => ({ method: "POST", path: "/buy", body: "{}", type: "text/plain" }),
  "an unknown order": (n) => ({ method: "GET", path: `/orders/nobody-${n}` }),
  "events of an unknown order": (n) => ({ method: "GET", path: `/orders/nobody-${n}/events` }),
  "an unknown item": (n) => ({ method: "GET", path: `/items/nothing-${n}` }),
  "events of an unknown item": (n) => ({ method: "GET", path: `/items/nothing-${n}/events` }),
  "an unknown path": (n) => ({ method: "GET", path: `/nowhere/${n}` })
}

/** The number after a name in Redis' INFO. */
const redisInfo = (address: string, name: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const [host = "", port] = address.split(":")
    let text = ""
    const socket = connect(Number(port), host, () => socket.write("INFO memory\r\n"))
    socket.on("error", reject)
    socket.on("data", (chunk) => {
      text += String(chunk)
      const found = new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1]
      if (found === undefined) return
      socket.destroy()
      resolve(Number(found))
    })
  })

const send = (port: number, agent: Agent, { body = "", method, path, type = "application/json" }: Sent) =>
  new Promise<number>((resolve, reject) => {
    const headers = method === "POST" ? { "content-type": type, "content-length": String(body.length) } : {}
    request({ host: "127.0.0.1", port, method, path, agent, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0))
    }).on("error", reject).end(body)
  })

/** Sends all of one kind; the answer is how often each status came. */
const sendAll = async (port: number, of: (n: number) => Sent): Promise<ReadonlyMap<number, number>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const answers = new Map<number, number>()
  let next = 0
  const one = async (): Promise<void> => {
    while (next < REQUESTS) {
      const status = await send(port, agent, of(next++))
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  agent.destroy()
  return answers
}

const setStock = async (services: Services.Services, item: string, units: string): Promise<void> => {
  const command = await Services.startProgram("stock", services, {}, ["set", item, units])
  await command.exit
}

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    const [port, metricsPort] = [await freePort(), await freePort()]
    const programs = [
      await Services.startProgram("gateway", services, { HTTP_PORT: String(port), LOG_LEVEL: "warn" }),
      await Services.startProcessor(services, metricsPort)
    ]
    try {
      await Services.untilAllWorkedOn(metricsPort)
      await setStock(services, "101", "1000000")
      await setStock(services, "102", "0")
      Table.print(["requests", "B in Redis", "B gateway", "answers"])
      for (const [name, of] of Object.entries(KINDS)) {
        const [redisBefore, before] = [
          await redisInfo(services.redis.address, "used_memory"),
          residentMib(programs[0]!.pid)
        ]
        const answers = await sendAll(port, of)
        await delay(SETTLE_MILLIS)
        const inRedis = (await redisInfo(services.redis.address, "used_memory")) - redisBefore
        const grown = (residentMib(programs[0]!.pid) - before) * 1024 * 1024
        const words = [...answers].map(([status, count]) => `${count} × ${status}`).join(", ")
        Table.print([REQUESTS, Math.round(inRedis / REQUESTS), Math.round(grown / REQUESTS), `  ${words}`, `  ${name}`])
      }
    } finally {
      await Services.end(programs)
    }
  })
