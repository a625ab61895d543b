/** What is known of an order a month after it was sold, when nothing is left of its status: it is in the archive. */
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000
const MONTH_MILLIS = 31 * 24 * 60 * 60 * 1_000

const json = async (response: Promise<Response>) => {
  const answer = await response
  const body = await answer.json() as Readonly<Record<string, unknown>>
  return { status: answer.status, body }
}

it("an order that was sold is found, listed, told and added up", { timeout: TIMEOUT }, async () => {
  const env = {
    DATA_DIR: await Services.folder(),
    PAYMENT_LATENCY: "1ms",
    PAYMENT_FAILURE_RATE: "0",
    STATUS_RETENTION: "1h",
    NODE_OPTIONS: `--import=${fileURLToPath(new URL("SteppingDate.ts", import.meta.url))}`
  }
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  const bought = await fetch(`${engine.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: "r-1", user_id: "+alice", item_id: "101", amount: 2 })
  })
  expect(bought.status).toBe(202)
  await until(
    "the order is sold",
    async () => (await json(fetch(`${engine.url}/orders/r-1`))).body["status"] === "COMPLETED"
  )
  const list = (args: ReadonlyArray<string>) => Services.run(["order", "list", ...args], env)
  await until("the archive has it", async () => (await list(["--json"])).output.includes("\"COMPLETED\""))
  expect(await engine.stop()).toEqual({ code: 0, signal: null })

  const later = await Services.service("serve", { ...env, CLOCK_AHEAD: String(MONTH_MILLIS) })
  await later.start()
  await later.untilHealth(200)
  const found = await json(fetch(`${later.url}/orders/r-1`))
  expect(found).toMatchObject({
    status: 200,
    body: { request_id: "r-1", item_id: "101", amount: 2, status: "COMPLETED", attempt: 1 }
  })
  // What is final is the end of a stream, and of a wait.
  const stream = await fetch(`${later.url}/orders/r-1/events`)
  expect(await stream.text()).toContain("\"status\":\"COMPLETED\"")
  expect((await json(fetch(`${later.url}/orders/r-1`, { headers: { prefer: "wait=20" } }))).status).toBe(200)
  // An id that nobody knows is none as soon as the archive has read what was committed a moment ago.
  await until("it is unknown", async () => (await json(fetch(`${later.url}/orders/nobody`))).status === 404)
  const key = await Services.apiKey("orders", env)
  const asked = { headers: { authorization: `Bearer ${key}` } }
  await until("the key counts", async () => (await fetch(`${later.url}/orders?user=%2Balice`, asked)).status === 200)
  const own = await json(fetch(`${later.url}/orders?user=%2Balice`, asked))
  expect(own.body["orders"]).toMatchObject([{ request_id: "r-1", user_id: "+alice", status: "COMPLETED" }])

  expect((await list(["--user", "+alice", "--csv"])).output).toMatch(/\r?\nr-1,101,'\+alice,2,/)
  const show = await Services.run(["order", "show", "r-1"], env)
  expect(show.output).toContain("\"COMPLETED\"")
  const history = await Services.run(["order", "history", "r-1"], env)
  expect(history.output).toMatch(/ order\.completed +- +COMPLETED/)
  const report = await Services.run(["report", "101"], env)
  expect(report.output).toMatch(/^sold +2$/m)
  expect(report.output).toContain("balances: yes")
  expect(await later.stop()).toEqual({ code: 0, signal: null })
})
