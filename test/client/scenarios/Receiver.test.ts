/** The receiver of docs/webhooks.md, as it stands there: it takes what is signed, once, also after kill -9. */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Webhook } from "standardwebhooks"
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { freePort } from "../../servers/Ports.ts"
import { spawnLogged, until } from "../../servers/Processes.ts"

const TIMEOUT = 60_000
const root = fileURLToPath(new URL("../../..", import.meta.url))
const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`
const [NEW, OLD, FORGED] = [secretOf(1), secretOf(2), secretOf(3)] as const

let folder = ""

/** The block of the document that names its file in its first line. */
const receiver = async (): Promise<string> => {
  const document = await readFile(join(root, "docs/webhooks.md"), "utf8")
  const [, block] = /^```js\n(\/\/ receiver\.mjs\n[\s\S]*?)^```/m.exec(document) ?? []
  return block ?? expect.fail("docs/webhooks.md has no receiver")
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flash-sale-receiver-"))
  const client = join(folder, "node_modules/@flash-sale/client")
  await mkdir(client, { recursive: true })
  await writeFile(join(client, "package.json"), await readFile(join(root, "packages/client/package.json")))
  await promisify(execFile)(join(root, "node_modules/.bin/tsc"), [
    ...["-p", join(root, "packages/client"), "--outDir", join(client, "dist"), "--declaration", "false"]
  ])
  await writeFile(join(folder, "receiver.mjs"), await receiver())
}, TIMEOUT)

afterAll(() => rm(folder, { recursive: true, force: true }))

const start = async (inbox: string) => {
  const port = await freePort()
  const env = { PORT: String(port), WEBHOOK_INBOX: inbox, WEBHOOK_SECRETS: `${NEW},${OLD}` }
  const running = await spawnLogged(process.execPath, ["receiver.mjs"], { cwd: folder, env })
  onTestFinished(() => running.kill("SIGKILL"))
  const url = `http://127.0.0.1:${port}/`
  await until("the receiver answers", () => fetch(url).then(({ status }) => status === 405, () => false))
  return { running, url }
}

const eventOf = (request: string, status: string, sequence: number) => ({
  specversion: "1.0",
  id: `3-${sequence}-3`,
  source: "/flash-sale",
  type: `order.${status.toLowerCase()}`,
  time: "2026-12-01T18:00:00.000Z",
  sequence: String(sequence),
  data: { request_id: request, item_id: "101", status, attempt: 1 }
})

interface Sent {
  readonly secret?: string
  /** In milliseconds before now. */
  readonly ago?: number
  readonly body?: string
}

const post = async (
  url: string,
  event: Readonly<Record<string, unknown>> & { readonly id: string },
  { ago = 0, body, secret = NEW }: Sent = {}
) => {
  const text = JSON.stringify(event)
  const sentAt = new Date(Date.now() - ago)
  const headers = {
    "webhook-id": event.id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(event.id, sentAt, text)
  }
  return (await fetch(url, { method: "POST", headers, body: body ?? text })).status
}

const rows = (inbox: string, sql: string): ReadonlyArray<unknown> => {
  const db = new DatabaseSync(inbox, { readOnly: true, timeout: 5_000 })
  try {
    return db.prepare(sql).all().map((row) => Object.values(row))
  } finally {
    db.close()
  }
}

it("takes what is signed by either secret once, and in whatever order it comes", async () => {
  const inbox = join(folder, "taken.sqlite")
  const { running, url } = await start(inbox)
  const completed = eventOf("r-1", "COMPLETED", 1_402)
  expect(await post(url, completed)).toBe(204)
  expect(await post(url, completed, { ago: 299_000 })).toBe(204)
  expect(await post(url, eventOf("r-1", "RESERVED", 1_204), { secret: OLD })).toBe(204)
  expect(await post(url, eventOf("r-2", "EXPIRED", 1_511))).toBe(204)
  expect(await post(url, { ...eventOf("r-3", "COMPLETED", 1_600), type: "order.of_next_year" })).toBe(204)
  // The id of an order that was lost with its log.
  expect(await post(url, { ...eventOf("r-4", "FAILED_PAYMENT", 1_402), id: completed.id })).toBe(204)
  expect(await post(url, { ...completed, id: "test-1", type: "webhook.test", data: {} })).toBe(204)
  await running.waitFor(() => rows(inbox, "SELECT id FROM inbox WHERE done = 0").length === 0)
  expect(rows(inbox, "SELECT event ->> 'id' FROM inbox ORDER BY rowid")).toEqual([
    ["3-1402-3"],
    ["3-1204-3"],
    ["3-1511-3"],
    ["3-1600-3"],
    [completed.id],
    ["test-1"]
  ])
  expect(rows(inbox, "SELECT request_id, status FROM orders ORDER BY request_id")).toEqual([
    ["r-1", "COMPLETED"],
    ["r-2", "EXPIRED"],
    ["r-3", "COMPLETED"],
    ["r-4", "FAILED_PAYMENT"]
  ])
}, TIMEOUT)

it("refuses what is forged, changed on the way, old, too large, or no webhook, and keeps nothing of it", async () => {
  const inbox = join(folder, "refused.sqlite")
  const { running, url } = await start(inbox)
  const event = eventOf("r-1", "COMPLETED", 1_402)
  expect(await post(url, event, { secret: FORGED })).toBe(400)
  expect(await post(url, event, { body: JSON.stringify(eventOf("r-2", "COMPLETED", 1_402)) })).toBe(400)
  expect(await post(url, event, { ago: 301_000 })).toBe(400)
  expect(await post(url, event, { ago: -302_000 })).toBe(400)
  expect((await fetch(url, { method: "POST", body: JSON.stringify(event) })).status).toBe(400)
  expect(await post(url, { ...event, data: { text: "x".repeat(70_000) } })).toBe(413)
  expect((await fetch(url)).status).toBe(405)
  expect(rows(inbox, "SELECT id FROM inbox")).toEqual([])
  expect(running.output()).toContain("no_signature_matches")
  expect(running.output()).not.toContain(NEW.slice(6, 30))
  expect(await post(url, event)).toBe(204)
}, TIMEOUT)

it("tries an event again that it could not work on, and goes on with the others", async () => {
  const inbox = join(folder, "failed.sqlite")
  const { running, url } = await start(inbox)
  const { sequence: _, ...wrong } = eventOf("r-1", "COMPLETED", 1_402)
  expect(await post(url, wrong)).toBe(204)
  expect(await post(url, eventOf("r-2", "COMPLETED", 1_403))).toBe(204)
  await running.waitFor("r-1 is tried again")
  await running.waitFor(() => rows(inbox, "SELECT id FROM inbox WHERE done = 0").length === 1)
  expect(rows(inbox, "SELECT request_id FROM orders")).toEqual([["r-2"]])
}, TIMEOUT)

it("holds up none by many events that it can never work on", async () => {
  const inbox = join(folder, "stuck.sqlite")
  const first = await start(inbox)
  for (let n = 0; n < 100; n++) {
    const { sequence: _, ...wrong } = eventOf(`w-${n}`, "COMPLETED", n)
    expect(await post(first.url, wrong)).toBe(204)
  }
  await first.running.waitFor(() => rows(inbox, "SELECT 1 FROM inbox WHERE failures > 0").length === 100)
  expect(await post(first.url, eventOf("r-1", "COMPLETED", 5_000))).toBe(204)
  await first.running.waitFor(() => rows(inbox, "SELECT request_id FROM orders").flat().includes("r-1"))
  // Those that have failed are left to the next minute, or to the next start.
  expect(rows(inbox, "SELECT max(failures) FROM inbox")).toEqual([[1]])
  first.running.kill("SIGKILL")
  await start(inbox)
  expect(rows(inbox, "SELECT min(failures) FROM inbox WHERE done = 0")).toEqual([[2]])
}, TIMEOUT)

it("keeps orders of two items under one request id apart", async () => {
  const inbox = join(folder, "items.sqlite")
  const { running, url } = await start(inbox)
  const other = eventOf("r-1", "EXPIRED", 7)
  expect(await post(url, eventOf("r-1", "COMPLETED", 1_402))).toBe(204)
  expect(await post(url, { ...other, data: { ...other.data, item_id: "102" } })).toBe(204)
  await running.waitFor(() => rows(inbox, "SELECT 1 FROM orders").length === 2)
  expect(rows(inbox, "SELECT item_id, status FROM orders ORDER BY item_id")).toEqual([
    ["101", "COMPLETED"],
    ["102", "EXPIRED"]
  ])
}, TIMEOUT)

it("loses nothing that it has answered for by kill -9", async () => {
  const inbox = join(folder, "killed.sqlite")
  const first = await start(inbox)
  const taken = Array.from({ length: 40 }, (_, at) => eventOf(`r-${at}`, "COMPLETED", 2_000 + at))
  const answers = taken.map((event) => post(first.url, event).catch(() => 0))
  await Promise.any(answers)
  first.running.kill("SIGKILL")
  const kept = (await Promise.all(answers)).flatMap((status, at) => status === 204 ? [taken[at]!.id] : [])
  expect(kept.length).toBeGreaterThan(0)
  const second = await start(inbox)
  for (const event of taken) expect(await post(second.url, event)).toBe(204)
  await second.running.waitFor(() => rows(inbox, "SELECT id FROM inbox WHERE done = 0").length === 0)
  expect(rows(inbox, "SELECT event ->> 'id' FROM inbox").flat()).toEqual(expect.arrayContaining(kept))
  expect(rows(inbox, "SELECT count(*) FROM inbox")).toEqual([[taken.length]])
  expect(rows(inbox, "SELECT count(*) FROM orders WHERE status = 'COMPLETED'")).toEqual([[taken.length]])
}, TIMEOUT)

it("is told by an engine what becomes of an order, and takes its test event", async () => {
  const inbox = join(folder, "engine.sqlite")
  const { running, url } = await start(inbox)
  const data = await Services.folder()
  const entry = { name: "shop", url, secret: [NEW, OLD], events: ["order.*"] }
  await writeFile(join(data, "webhooks.json"), JSON.stringify([entry]), { mode: 0o600 })
  const engine = await Services.service("serve", {
    DATA_DIR: data,
    PAYMENT_FAILURE_RATE: "0",
    WEBHOOKS_ALLOW_PRIVATE: "true"
  })
  await engine.start()
  await engine.untilHealth(200)
  const flashSale = (...args: ReadonlyArray<string>) =>
    promisify(execFile)(process.execPath, [join(root, "packages/cli/src/main.ts"), ...args], {
      env: { ...process.env, DATA_DIR: data }
    })
  await until("the webhook is delivered to", async () => {
    const { stdout } = await flashSale("webhook", "list")
    return stdout.includes("delivering")
  })
  const test = await flashSale("webhook", "test", "shop", "--json")
  expect(JSON.parse(test.stdout)).toMatchObject({ webhook: "shop", outcome: "delivered", status: 204 })
  const order = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 }
  const bought = await fetch(`${engine.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order)
  })
  expect(bought.status).toBe(202)
  await running.waitFor(() => rows(inbox, "SELECT status FROM orders").flat().includes("COMPLETED"))
  expect(rows(inbox, "SELECT request_id, status FROM orders")).toEqual([["r-1", "COMPLETED"]])
}, TIMEOUT)
