/** `flash-sale serve` as a user runs it: killed with -9 while orders come, and started again. */
import { describe, expect, it } from "vitest"
import { freePort } from "../servers/Ports.ts"
import * as Load from "./Load.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const KILLS = FULL ? 12 : 3
const ORDERS = FULL ? 12_000 : 2_400
const TIMEOUT = 300_000

const env = (dataDir: string) => ({ DATA_DIR: dataDir, PAYMENT_LATENCY: "50ms", PAYMENT_FAILURE_RATE: "0.1" })

describe("The engine in one process", () => {
  it(
    "the engine loses, doubles and oversells nothing when it is killed again and again",
    { timeout: TIMEOUT },
    async () => {
      const settings = env(await Services.folder())
      const engine = await Services.service("serve", settings)
      await engine.start()
      await engine.untilHealth(200)
      const output = await Load.balanced({
        url: engine.url,
        env: { ...settings, FLASH_SALE_KEY: await Services.apiKey("orders", settings) },
        orders: ORDERS,
        rate: 300,
        shares: Load.CHECKOUT,
        blows: Array.from({ length: KILLS }, () => async () => {
          await engine.killHard()
          await engine.start()
        })
      })
      // Holds were confirmed, paid for, cancelled and nothing of it, and some money came too late.
      expect(output).toMatch(/completed \d+ .*\+ expired \d+ \+ cancelled \d+/)
      expect(output).toMatch(/Payments that shops have taken: \d+, of them [1-9]\d* for sales and [1-9]\d* due back/)
      expect(await Services.run(["reconcile"], settings)).toMatchObject({
        code: 0,
        output: expect.stringContaining(" 0 differ")
      })
    }
  )

  it(
    "the engine has 100 units of item 101 on its first run, and what is left on the next",
    { timeout: TIMEOUT },
    async () => {
      const settings = { ...env(await Services.folder()), PAYMENT_FAILURE_RATE: "0" }
      const engine = await Services.service("serve", settings)
      await engine.start()
      await engine.untilHealth(200)
      const order = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 40 }
      const buy = () =>
        fetch(`${engine.url}/buy`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(order)
        })
      expect((await buy()).status).toBe(202)
      expect(await engine.stop()).toEqual({ code: 0, signal: null })
      await engine.start()
      await engine.untilHealth(200)
      const item = await (await fetch(`${engine.url}/items/101`)).json()
      expect(item).toMatchObject({ available: 60 })
      expect((await buy()).status).toBe(409)
      // Commands read the same file, while the engine runs.
      const added = await Services.run(["stock", "add", "101", "5"], settings)
      expect(added).toMatchObject({ code: 0 })
      expect(added.output).toMatch(/^item 101: available 65, /)
      const shown = await Services.run(["order", "show", "r-1"], settings)
      expect(shown.output).toContain("\"request_id\": \"r-1\"")
      expect(await engine.stop()).toEqual({ code: 0, signal: null })
    }
  )

  it(
    "the engine refuses in one line to start twice on one folder, or at a port that is taken",
    { timeout: TIMEOUT },
    async () => {
      const settings = env(await Services.folder())
      const engine = await Services.service("serve", settings)
      await engine.start()
      await engine.untilHealth(200)
      const port = async () => String(await freePort())
      const ports = { HTTP_PORT: await port(), METRICS_PORT: await port() }
      const twice = await Services.run(["serve"], { ...settings, ...ports })
      expect(twice.code).toBe(1)
      expect(twice.output.trim().split("\n").at(-1)).toMatch(
        /^flash-sale: another engine works in the folder .*: stop it/
      )
      const taken = await Services.run(["serve"], {
        ...env(await Services.folder()),
        ...ports,
        HTTP_PORT: new URL(engine.url).port
      })
      expect(taken.code).toBe(1)
      expect(taken.output.trim().split("\n").at(-1)).toMatch(/^flash-sale: cannot listen on port \d+ \(HTTP_PORT\)/)
    }
  )

  it("the engine names every setting that is wrong", { timeout: TIMEOUT }, async () => {
    const wrong = await Services.run(["serve"], { HTTP_PORT: "eighty", PAYMENT_LATENCY: "soon", LOG_LEVEL: "loud" })
    expect(wrong.code).toBe(2)
    const lines = wrong.output.trim().split("\n")
    expect(lines).toHaveLength(3)
    for (const variable of ["HTTP_PORT", "PAYMENT_LATENCY", "LOG_LEVEL"]) {
      expect(lines.filter((line) => line.includes(variable))).toHaveLength(1)
    }
  })
})
