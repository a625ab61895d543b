/** `STATUS_RETENTION` reaches whoever writes statuses. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 60_000
const HOUR_MILLIS = 60 * 60 * 1000

it("the status of an order that held units is kept as long as the variable says", { timeout: TIMEOUT }, async () => {
  const folder = await Services.folder()
  const engine = await Services.service("serve", {
    DATA_DIR: folder,
    PAYMENT_LATENCY: "1ms",
    STATUS_RETENTION: "2h"
  })
  await engine.start()
  await engine.untilHealth(200)
  const bought = await fetch(`${engine.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 })
  })
  expect(bought.status).toBe(202)
  const database = new DatabaseSync(join(folder, "engine.sqlite"), { readOnly: true })
  const expires = () => database.prepare("SELECT expires FROM statuses WHERE status = 'COMPLETED'").get()?.["expires"]
  await until("the order is sold", () => Promise.resolve(expires() !== undefined))
  const left = Number(expires()) - Date.now()
  expect(left).toBeGreaterThan(1.9 * HOUR_MILLIS)
  expect(left).toBeLessThanOrEqual(2 * HOUR_MILLIS)
  database.close()
  expect(await engine.stop()).toEqual({ code: 0, signal: null })
})
