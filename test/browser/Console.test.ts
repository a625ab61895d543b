/** The console in a real Chromium, before an engine of its own. */
import { describe, expect, it } from "vitest"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import { order } from "./Orders.ts"
import { visit } from "./Visitor.ts"

/** Several times what they take, as others may use the machine. */
const TIMEOUT = 120_000
const PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const

const browserFor = Chromium.ofFile()

describe("the console", () => {
  it(
    "shows the engine, pauses, restocks and prices an item while orders come, and survives the engine",
    async (ctx) => {
      const browser = browserFor(ctx)
      const engine = await ConsoleEngine.start()
      const { service } = engine
      const operator = await ConsoleEngine.open(browser, engine, engine.key)
      const { page } = operator
      await operator.sees("Nothing is wrong")
      expect(page.url()).not.toContain(engine.key)
      expect(await page.locator("console-plot canvas").count()).toBe(3)
      await ConsoleEngine.isAccessible(operator)

      expect((await order(service.url, "101")).status).toBe(202)
      await page.getByRole("link", { name: "Items", exact: true }).click()
      await page.getByRole("link", { name: "101", exact: true }).waitFor()
      await ConsoleEngine.isAccessible(operator)
      await page.getByRole("link", { name: "101", exact: true }).click()
      await page.getByRole("heading", { name: "101" }).waitFor()
      await ConsoleEngine.change(operator, "Pause…", { action: "Pause", says: "No more orders are taken" })
      await operator.sees("Paused")
      expect((await order(service.url, "101")).body["code"]).toBe("paused")
      await ConsoleEngine.change(operator, "Resume…", { action: "Resume" })
      expect((await order(service.url, "101")).status).toBe(202)
      const says = "Puts in 5 units: 103 units can be bought then, of 105."
      await ConsoleEngine.change(operator, "Put units in…", { action: "Put in", fields: { Units: "5" }, says })
      await ConsoleEngine.change(operator, "Change: Price of one unit", {
        action: "Set the price",
        fields: { "Price of one unit": "12.50" },
        says: "A unit costs €12.50 from then on."
      })
      await page.reload()
      await operator.sees("€12.50")
      await ConsoleEngine.isAccessible(operator)
      await page.getByRole("button", { name: "Take units out…" }).click()
      await ConsoleEngine.isAccessible(operator)
      await page.keyboard.press("Escape")
      const item = await (await fetch(`${service.url}/items/101`)).json()
      expect(item).toMatchObject({ available: 103, sale: { price: 1250, currency: "EUR", paused: false } })

      await page.getByRole("link", { name: "Overview" }).click()
      await engine.service.killHard()
      await operator.sees(/^As of \d\d:\d\d:\d\d/)
      await operator.sees(/^Last seen \d\d:\d\d:\d\d, \d+\ss ago\./)
      expect(await page.getByText(/^as of \d\d:\d\d:\d\d/).count()).toBe(3)
      expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(1)
      await ConsoleEngine.isAccessible(operator)
      await engine.service.start()
      await engine.service.untilHealth(200)
      await operator.page.locator(".health.good").waitFor()
      expect(operator.complaints()).toEqual([])
    },
    TIMEOUT
  )

  it("says that a key is wrong, and shows nobody what the key may not do", async (ctx) => {
    const browser = browserFor(ctx)
    const engine = await ConsoleEngine.start()
    const guest = await visit(browser, engine.service.adminUrl, "/console", PHONE)
    await guest.page.getByLabel("Api key").fill("no key at all")
    await guest.page.getByRole("button", { name: "Open" }).click()
    await guest.sees("This key is not valid")
    await guest.page.getByLabel("Api key").fill("fs_ops_nobody0000000000000000000000000000")
    await guest.page.getByRole("button", { name: "Open" }).click()
    await guest.sees("This key is not valid")
    await ConsoleEngine.isAccessible(guest)

    const reader = await ConsoleEngine.keyOf(engine, "read")
    await guest.page.getByLabel("Api key").fill(reader)
    await guest.page.getByRole("button", { name: "Open" }).click()
    await guest.sees("Nothing is wrong")
    await ConsoleEngine.isAccessible(guest)
    await guest.page.goto(`${engine.service.adminUrl}/console#/items/101`)
    await guest.page.getByRole("heading", { name: "101" }).waitFor()
    await guest.sees("How it is sold")
    for (const hidden of ["Pause", "Put units in", "Take units out", "Set stock", "Change"]) {
      expect(await guest.page.getByRole("button", { name: hidden }).count(), hidden).toBe(0)
    }
    expect(await guest.page.getByRole("link", { name: "Dead letters" }).count()).toBe(0)
    await guest.page.goto(`${engine.service.adminUrl}/console#/dead-letters`)
    await guest.sees("it has not the scope dlq")
    expect(await guest.page.evaluate("scrollX + document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
    // The narrowest phones: the header has one row, and its button all of its word.
    await guest.page.setViewportSize({ width: 320, height: 700 })
    expect(await guest.page.evaluate("document.querySelector('.top').offsetHeight")).toBeLessThan(60)
    expect(await guest.page.evaluate("scrollX + document.documentElement.scrollWidth")).toBeLessThanOrEqual(320)
    expect((await guest.page.getByRole("button", { name: "Leave" }).boundingBox())?.width).toBeGreaterThan(50)
    expect(guest.complaints()).toEqual([])
  }, TIMEOUT)
})
