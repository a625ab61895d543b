/** The console's pages about webhooks, who did what, who may, and what is wrong, in a real Chromium. */

import { Effect, Exit, Scope } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Receiver from "../webhooks/Receiver.ts"
import { newSecret } from "../webhooks/TestWebhooks.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import { operator as operatorOf } from "./Operator.ts"
import { order } from "./Orders.ts"

const TIMEOUT = 120_000
const PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const

const CURRENT_IS_SEEN = `(() => {
  const { left, right } = document.querySelector(".side [aria-current]").getBoundingClientRect()
  return left >= 0 && right <= innerWidth
})()`

const browserFor = Chromium.ofFile()

/** A server of the shop that is gone with the test. */
const receiver = async (): Promise<Receiver.Receiver> => {
  const scope = Effect.runSync(Scope.make())
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return await Effect.runPromise(Scope.provide(Receiver.make(), scope))
}

describe("the console", () => {
  it("tests a webhook, shows what it was not told, and sends it again", async (ctx) => {
    const browser = browserFor(ctx)
    const shop = await receiver()
    const engine = await ConsoleEngine.start({ WEBHOOKS_ALLOW_PRIVATE: "true" })
    const entry = { name: "shop", url: shop.url, secret: newSecret(), events: ["order.*"] }
    await writeFile(join(engine.dataDir, "webhooks.json"), JSON.stringify([entry]), { mode: 0o600 })
    const operator = await ConsoleEngine.open(browser, engine, engine.key)
    const { page } = operator
    await page.getByRole("link", { name: "Webhooks", exact: true }).click()
    await operator.sees("Delivering")
    await ConsoleEngine.isAccessible(operator)
    await page.getByRole("link", { name: "shop", exact: true }).click()
    await ConsoleEngine.change(operator, "Test", {
      action: "Send",
      says: "Sends one event webhook.test to shop, once."
    })
    await operator.sees("shop: test taken, answered with 204")
    await operator.sees("Nothing waits here")

    shop.answer = Receiver.status(500)
    await order(engine.service.url, "101")
    await operator.sees("Answered with 500")
    await ConsoleEngine.isAccessible(operator)
    shop.answer = Receiver.status(204)
    await ConsoleEngine.change(operator, "Send events again", {
      action: "Send again",
      fields: { "Told from": "2026-01-01T00:00" },
      says: /^Sends shop again every event of its types that was told from 1 Jan 2026, 00:00:00 .* until now\.$/
    })
    await page.getByRole("table").filter({ hasText: "Asked for" }).getByText("Done").waitFor()
    expect(shop.received.map(({ body }) => JSON.parse(body).type)).toContain("order.completed")
    expect(operator.complaints()).toEqual([])

    const reader = await ConsoleEngine.open(browser, engine, await ConsoleEngine.keyOf(engine, "read"), PHONE)
    await reader.page.goto(`${engine.service.adminUrl}/console#/webhooks/shop`)
    await reader.sees("What it was not told")
    expect(await reader.page.getByRole("button", { name: /Test|again/ }).count()).toBe(0)
    expect(await reader.page.evaluate("scrollX + document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
  }, TIMEOUT)

  it("shows who did what and why, which keys there are, and what is wrong", async (ctx) => {
    const browser = browserFor(ctx)
    const engine = await ConsoleEngine.start()
    const { dataDir, service } = engine
    const send = operatorOf(service.adminUrl, dataDir)
    await send("POST", "/items/101/stock", { add: 5, reason: "second delivery" })
    await send("PATCH", "/items/101/sale", { price: 1250, currency: "EUR", paused: true, reason: "a new price" })
    await ConsoleEngine.keyOf(engine, "orders")
    const operator = await ConsoleEngine.open(browser, engine, engine.key)
    const { page } = operator
    await page.getByRole("link", { name: "Audit", exact: true }).click()
    await operator.sees("Put in 5 units")
    await operator.sees("Sale: paused, price €12.50")
    await operator.sees("second delivery")
    await ConsoleEngine.isAccessible(operator)
    await page.getByLabel("Who").fill("nobody")
    await page.keyboard.press("Enter")
    await operator.sees("No change by hand is like this.")
    await page.goBack()
    await operator.sees("second delivery")

    await page.getByRole("link", { name: "Keys", exact: true }).click()
    await page.getByRole("row", { name: /^admin \(yours\) Valid everything \(admin\) for ever$/ }).waitFor()
    await page.getByRole("row", { name: /^key-\w+ Valid orders for ever$/ }).waitFor()
    await ConsoleEngine.isAccessible(operator)

    await page.getByRole("link", { name: "Doctor", exact: true }).click()
    await operator.sees("simulated: orders are completed, and no money is taken")
    await page.getByText(/^As it should be \(\d+\)$/).click()
    await operator.sees("its owner's alone")
    await ConsoleEngine.isAccessible(operator)
    expect(operator.complaints()).toEqual([])

    const phone = await ConsoleEngine.open(browser, engine, engine.key, PHONE)
    for (const [place, text] of [["audit", "second delivery"], ["keys", "(yours)"], ["doctor", "simulated"]] as const) {
      await phone.page.goto(`${service.adminUrl}/console#/${place}`)
      await phone.sees(text)
      expect(await phone.page.evaluate("scrollX + document.documentElement.scrollWidth"), place).toBeLessThanOrEqual(
        390
      )
      // Where one is is in view, also in a navigation that is wider than the window.
      await until(`${place} is in view`, () => phone.page.evaluate(CURRENT_IS_SEEN))
      if (place === "audit") await ConsoleEngine.isAccessible(phone)
    }
  }, TIMEOUT)
})
