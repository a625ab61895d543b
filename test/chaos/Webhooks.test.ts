/** Webhooks of an engine on one file, killed while they are sent: afterwards no event is missing. */
import { Effect, Exit, Scope } from "effect"
import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Receiver from "../webhooks/Receiver.ts"
import { newSecret } from "../webhooks/TestWebhooks.ts"
import * as Load from "./Load.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const KILLS = FULL ? 10 : 3
const ORDERS = FULL ? 6_000 : 900
const TIMEOUT = 300_000

/** A server of the shop beside one that never answers. */
const receivers = async () => {
  const scope = Effect.runSync(Scope.make())
  const make = (answer?: Receiver.Answer) => Effect.runPromise(Scope.provide(Receiver.make(answer), scope))
  const alive = await make()
  const silent = await make(() => {})
  return { alive, silent, end: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

describe("Webhooks", () => {
  it("leave no event out, with kill -9 of the engine", { timeout: TIMEOUT }, async () => {
    const { alive, end, silent } = await receivers()
    const dataDir = await Services.folder()
    const path = join(dataDir, "webhooks.json")
    const endpoints = [["alive", alive], ["silent", silent]] as const
    await writeFile(
      path,
      JSON.stringify(endpoints.map(([name, { url }]) => ({ name, url, secret: newSecret(), events: ["order.*"] })))
    )
    await chmod(path, 0o600)
    const env = {
      DATA_DIR: dataDir,
      PAYMENT_LATENCY: "50ms",
      PAYMENT_FAILURE_RATE: "0.1",
      WEBHOOKS_ALLOW_PRIVATE: "true"
    }
    const engine = await Services.service("serve", env)
    await engine.start()
    await engine.untilHealth(200)
    await until("the endpoint is held", () => engine.output().includes("webhook_held"), 30_000)
    await Load.balanced({
      url: engine.url,
      env: { ...env, FLASH_SALE_KEY: await Services.apiKey("orders", env) },
      orders: ORDERS,
      rate: 150,
      shares: Load.CHECKOUT,
      blows: Array.from({ length: KILLS }, () => async () => {
        await engine.killHard()
        await engine.start()
      })
    })
    const archived = () => {
      const database = new DatabaseSync(join(dataDir, "archive.sqlite"), { readOnly: true })
      try {
        const rows = database.prepare("SELECT id FROM archive_entries WHERE type LIKE 'order.%'").all()
        return rows.map((row) => String(row["id"])).toSorted()
      } finally {
        database.close()
      }
    }
    const told = () => alive.ids().toSorted()
    // Every order has ended; the archive takes its time beside buyers.
    await until("the archive has read all", async () => {
      const metrics = await (await fetch(`${engine.metricsUrl}/metrics`)).text()
      return /^archive_lag_seconds 0$/m.test(metrics)
    }, 60_000)
    await until("every archived event is told", () => {
      const all = archived()
      return all.length > ORDERS / 2 && all.length === told().length
    }, 60_000).catch(() => expect(told()).toEqual(archived()))
    expect(told()).toEqual(archived())
    const doubles = alive.received.length - told().length
    // What was under way at a kill comes again: no more than is sent in a few tenths of a second.
    expect(doubles).toBeLessThan(KILLS * 400)
    await engine.stop()
    await end()
  })
})
