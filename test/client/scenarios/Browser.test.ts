/**
 * The package in a real Chromium, in a page of another site than the engine's: it buys, waits, and follows an order
 * over the death of the engine. A page of an origin that is not listed reads nothing, and buys nothing.
 */
import { execFile } from "node:child_process"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest"
import * as Chromium from "../../browser/Chromium.ts"
import * as Services from "../../chaos/Services.ts"

const FULL = process.env["FULL"] === "1"
const TIMEOUT = 180_000
/** Longer than a gateway takes to see an order that has no event to tell of, which is a second. */
const PAYMENT_LATENCY = "3s"
const source = fileURLToPath(new URL("../../../packages/client", import.meta.url))

/** What the page does. It leaves what it has seen in `seen`, and its end in `done`. */
const PAGE = `<!doctype html><title>shop</title><script type="module">
import { createClient, FlashSaleError, verifyWebhook } from "/main.js"
globalThis.seen = []
globalThis.shop = async (baseUrl) => {
  const client = createClient({ baseUrl, retry: { attempts: 40, totalMillis: 60_000 } })
  const order = { request_id: "page-1", user_id: "u-1", item_id: "101", amount: 1 }
  await client.buy(order)
  const outcome = await client.waitForOrder("page-1")
  const again = await client.buy(order).catch((error) => error)
  await client.buy({ ...order, request_id: "page-2" })
  for await (const { order } of client.orderEvents("page-2")) globalThis.seen.push(order.status)
  const item = await client.item("101")
  for await (const event of client.itemEvents("101")) {
    if (event.type === "snapshot") return { outcome, again: again.code, item, snapshot: event.item }
  }
}
globalThis.stranger = (baseUrl) =>
  createClient({ baseUrl, retry: { attempts: 2 } })
    .buy({ request_id: "stranger-1", user_id: "u-1", item_id: "101", amount: 1 })
    .then(() => "bought", (error) => error instanceof FlashSaleError ? error.code : String(error))
globalThis.webhook = (headers, body, receivedAt) =>
  verifyWebhook("whsec_" + btoa("\\0".repeat(32)), headers, body, { receivedAt: new Date(receivedAt) })
    .then(({ id }) => id, (error) => error.code)
globalThis.ready = true
</script>`

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", "": "text/html" }

/** The page and the modules of the package at a port of this machine; the name that it is called by is its site. */
const servePage = async (): Promise<number> => {
  const server = createServer((request, response) => {
    const path = request.url ?? "/"
    const content = path === "/" ? Promise.resolve(PAGE) : readFile(join(source, "dist", path), "utf8")
    void content.then(
      (text) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(text),
      () => response.writeHead(404).end()
    )
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

let launched: Chromium.Launched = { reason: "needs Chromium: npm run test:full" }

beforeAll(async () => {
  if (!FULL) return
  launched = await Chromium.launch()
  await promisify(execFile)(process.execPath, ["build.mjs"], { cwd: source, timeout: TIMEOUT })
}, TIMEOUT)

afterAll(() => Chromium.close(launched))

const open = async (ctx: TestContext, url: string): Promise<Page> => {
  const page = await Chromium.needed(launched, ctx).newPage()
  await page.goto(url)
  await page.waitForFunction("globalThis.ready")
  return page
}

const needed = (ctx: TestContext): void => {
  if (!FULL) return ctx.skip("needs Chromium: npm run test:full")
  Chromium.needed(launched, ctx)
}

describe("the package in a browser", () => {
  it("buys from a page of a listed origin, and follows its order over the death of the engine", async (ctx) => {
    needed(ctx)
    const port = await servePage()
    const engine = await Services.service("serve", {
      DATA_DIR: await Services.folder(),
      CORS_ORIGINS: `http://localhost:${port}`,
      PAYMENT_LATENCY,
      PAYMENT_FAILURE_RATE: "0"
    })
    await engine.start()
    await engine.untilHealth(200)
    const page = await open(ctx, `http://localhost:${port}/`)
    const problems: Array<string> = []
    page.on("pageerror", ({ message }) => problems.push(message))
    const result = page.evaluate(`shop(${JSON.stringify(engine.url)})`)
    await page.waitForFunction("seen.includes('RESERVED')")
    await engine.killHard()
    await engine.start()
    expect(await result).toMatchObject({
      outcome: { request_id: "page-1", status: "COMPLETED" },
      again: "duplicate_request",
      item: { available: 98, sold: 2 },
      snapshot: { item_id: "101", available: 98, sold: 2 }
    })
    expect(await page.evaluate("seen.at(-1)")).toBe("COMPLETED")
    const event = JSON.stringify({ specversion: "1.0", id: "1", source: "/", type: "x", time: "t", data: {} })
    const signature = createHmac("sha256", Buffer.alloc(32)).update(`1.1700000000.${event}`).digest("base64")
    const headers = { "webhook-id": "1", "webhook-timestamp": "1700000000", "webhook-signature": `v1,${signature}` }
    const verified = (body: string) =>
      page.evaluate(`webhook(${JSON.stringify(headers)}, ${JSON.stringify(body)}, 1700000000000)`)
    expect([await verified(event), await verified(`${event} `)]).toEqual(["1", "no_signature_matches"])
    expect(problems).toEqual([])
  }, TIMEOUT)

  it("reads nothing in a page of another origin, and buys nothing there", async (ctx) => {
    needed(ctx)
    const port = await servePage()
    const engine = await Services.service("serve", {
      DATA_DIR: await Services.folder(),
      CORS_ORIGINS: "https://shop.example"
    })
    await engine.start()
    await engine.untilHealth(200)
    const page = await open(ctx, `http://localhost:${port}/`)
    expect(await page.evaluate(`stranger(${JSON.stringify(engine.url)})`)).toBe("network_error")
    expect((await fetch(`${engine.url}/orders/stranger-1`)).status).toBe(404)
    const item = await (await fetch(`${engine.url}/items/101`)).json()
    expect(item).toMatchObject({ available: 100, held: 0, sold: 0 })
  }, TIMEOUT)
})
