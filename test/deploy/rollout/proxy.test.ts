/** What the deployed configuration of HAProxy lets through to a gateway, and how much of it from one address. */
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { expect, it, onTestFinished } from "vitest"
import { until } from "../../servers/Processes.ts"
import { haproxyProgram, needed } from "../../servers/servers.ts"
import * as Proxy from "./Proxy.ts"

const TIMEOUT = 60_000
/** By the configuration: open at once, and in 10 s. */
const MOST_CONNECTIONS = 1_000
const MOST_REQUESTS = 5_000
/** Sent on one connection, one after the other without a pause. */
const SENT = MOST_REQUESTS + 500

needed(haproxyProgram())

/** Says yes to everything, and remembers what came. */
const gateway = async () => {
  const seen = new Set<string>()
  const server = createServer((request, response) => {
    seen.add(`${request.method} ${request.url}`)
    response.end("{}")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const proxied = async () => {
  const { seen, url } = await gateway()
  const proxy = await Proxy.start({ blue: url, green: url })
  await proxy.untilUses("blue", true)
  return { seen, port: Number(new URL(proxy.url).port) }
}

/** The status of one request with a target as it is written here, which `fetch` would write in its own way. */
const statusOf = (port: number, method: string, target: string) =>
  new Promise<number>((resolve, reject) => {
    let heard = ""
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    })
    socket.on("data", (chunk: Buffer) => heard += chunk.toString())
    socket.on("error", reject)
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+) /.exec(heard)?.[1])))
  })

it("buyers reach orders and items, and nothing else by any spelling", { timeout: TIMEOUT }, async () => {
  const { port, seen } = await proxied()
  const open = [
    ["POST", "/buy"],
    ["POST", "/buy?x=y"],
    ["POST", "/holds"],
    ["POST", "/orders/r-1/confirm"],
    ["POST", "/orders/r-1/paid"],
    ["POST", "/orders/a%2Fb/cancel"],
    ["GET", "/orders"],
    ["GET", "/orders/r-1"],
    ["GET", "/orders/a%2Fb"],
    ["GET", "/orders/r-1/events"],
    ["GET", "/items"],
    ["GET", "/items?ids=101"],
    ["GET", "/items/101"],
    ["GET", "/items/101/events"]
  ] as const
  for (const [method, target] of open) expect([target, await statusOf(port, method, target)]).toEqual([target, 200])
  const shut = [
    "/",
    "/metrics",
    "/metrics?x",
    "/METRICS",
    "//metrics",
    "/metrics/",
    "/%6detrics",
    "/./metrics",
    "/items/../metrics",
    "/docs",
    "/openapi.json",
    "/asyncapi.json",
    "/health",
    "/livez",
    "/readyz",
    "/orders/",
    "/orders/r-1/refund",
    "/orders/r-1/confirm/",
    "/orders//confirm",
    "/holds/r-1",
    "/BUY"
  ]
  for (const target of shut) expect([target, await statusOf(port, "GET", target)]).toEqual([target, 404])
  const asked = [...seen].filter((line) => line !== "GET /readyz")
  expect(asked.toSorted()).toEqual(open.map((line) => line.join(" ")).toSorted())
})

it("one address has a bound on its connections", { timeout: TIMEOUT }, async () => {
  const { port } = await proxied()
  const sockets: Array<Socket> = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  let closed = 0
  const more = 20
  for (let n = 0; n < MOST_CONNECTIONS + more; n++) {
    const socket = connect(port, "127.0.0.1")
    socket.on("error", () => {})
    socket.on("close", () => closed++)
    socket.resume()
    sockets.push(socket)
  }
  await until("those beyond the bound are closed", () => Promise.resolve(closed >= more))
  expect(closed).toBe(more)
  for (const socket of sockets) socket.destroy()
  await until("others may come again", async () => await statusOf(port, "GET", "/items/101").catch(() => 0) === 200)
})

it("one address has a bound on its requests", { timeout: TIMEOUT }, async () => {
  const { port } = await proxied()
  const statuses: Array<number> = []
  const request = "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n"
  await new Promise<void>((resolve, reject) => {
    let heard = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(request.repeat(SENT)))
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString()
      const found = [...heard.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
      if (found.length < SENT) return
      statuses.push(...found)
      socket.destroy()
      resolve()
    })
    socket.on("error", reject)
  })
  expect(statuses.slice(0, MOST_REQUESTS).every((status) => status === 404)).toBe(true)
  expect(statuses.at(-1)).toBe(429)
})
