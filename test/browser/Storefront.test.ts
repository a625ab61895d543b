/** The storefront in a real Chromium, before an engine of its own: sales, outages, and how it is served. */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser } from "playwright-core"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Services from "../chaos/Services.ts"
import * as Chromium from "./Chromium.ts"
import { operator } from "./Operator.ts"
import { visit } from "./Visitor.ts"

/** Twice to five times what they take, as others may use the machine. */
const TIMEOUT = 120_000
/** So far ahead that nobody's page is slower. */
const AN_HOUR = 3_600_000
/** How long the countdown is seen, in milliseconds. */
const OPENS_IN = 5_000
const DARK_PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const

/** One clock has stood still for an hour, as while a machine sleeps, and the other one has not. */
const SLEEP = "const now = performance.now.bind(performance); performance.now = () => now() - 3_600_000"
/** The reader sets the other one back by an hour. */
const SET_BACK = "const { getTime } = Date.prototype; " +
  "Date.prototype.getTime = function() { return getTime.call(this) - 3_600_000 }"

const browserFor = Chromium.ofFile()

const engine = async (env: Readonly<Record<string, string>> = {}) => {
  const dataDir = await Services.folder()
  const service = await Services.service("serve", { DATA_DIR: dataDir, PAYMENT_LATENCY: "200ms", ...env })
  await service.start()
  await service.untilHealth(200)
  return { service, change: operator(service.adminUrl, dataDir) }
}

/** A shop's page at an origin of its own, with the button of the engine. */
const servePage = async (gateway: () => string): Promise<string> => {
  const shop = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end(
      `<!doctype html><html lang="en"><title>A shop</title><script crossorigin src="${gateway()}/embed.js"></script>` +
        `<main><h1>Shoes</h1><flash-sale-button item="101"></flash-sale-button></main>`
    )
  )
  shop.listen(0, "127.0.0.1")
  await once(shop, "listening")
  onTestFinished(() => void shop.close())
  return `http://localhost:${(shop.address() as AddressInfo).port}`
}

/** Two buyers wait for a sale: it opens neither late for who has slept meanwhile, nor early for who sets a clock. */
const buyTwo = async (browser: Browser, url: string, open: (millis: number) => Promise<void>) => {
  await open(AN_HOUR)
  const [one, other] = await Promise.all([
    visit(browser, url, "/shop/demo", { colorScheme: "light" }),
    visit(browser, url, "/shop/demo", DARK_PHONE)
  ])
  await Promise.all([one, other].map(({ button }) => button("Opens in")))
  for (const { isAccessible } of [one, other]) await isAccessible()
  const opensAt = Date.now() + OPENS_IN
  await open(OPENS_IN)
  await Promise.all([one, other].map(({ button }) => button("Opens in 00:0")))
  await one.page.evaluate(SLEEP)
  await other.page.evaluate(SET_BACK)
  const buttons = await Promise.all([one, other].map(({ button }) => button("Buy for €19.00")))
  expect(Date.now()).toBeGreaterThanOrEqual(opensAt)
  await Promise.all(buttons.map((button) => button.click()))
  await Promise.all([one, other].map(({ button }) => button("Pay €19.00")))
  return { one, other }
}

describe("the storefront", () => {
  it("sells from the countdown to the last unit, to two buyers, and a reload finds the order", async (ctx) => {
    const browser = browserFor(ctx)
    const { change, service: { url } } = await engine()
    await change("POST", "/items/demo/stock", { set: 2 })
    const { one, other } = await buyTwo(
      browser,
      url,
      (millis) => change("PATCH", "/items/demo/sale", { opens_at: new Date(Date.now() + millis).toISOString() })
    )

    await other.page.reload()
    const pay = await other.button("Pay €19.00")
    await other.sees(/Yours for 0\d:\d\d/)
    await other.isAccessible()
    await pay.click()
    await other.sees("It is yours")
    await other.isAccessible()

    await one.page.getByText("Give it back").click()
    await one.sees("Given back")
    await (await one.button("Buy now")).click()
    await (await one.button("Pay €19.00")).click()
    await one.sees("It is yours")
    await one.button("Sold out")

    const home = await visit(browser, url, "/", { colorScheme: "dark" })
    await home.sees("Healthy")
    await home.isAccessible()
    await home.page.emulateMedia({ colorScheme: "light" })
    await home.isAccessible()
    await home.page.getByText("Item demo").click()
    await home.button("Sold out")
    const late = await visit(browser, url, "/shop/demo")
    await late.sees("Every unit is sold.")
    await late.isAccessible()
    const nobody = await visit(browser, url, "/shop/nobody-knows-it")
    await nobody.button("Not for sale")
    await nobody.isAccessible()
    for (const { complaints } of [one, other, home, late, nobody]) expect(complaints()).toEqual([])
  }, TIMEOUT)

  it("says that a sale is paused, and why an order was not taken", async (ctx) => {
    const browser = browserFor(ctx)
    const { change, service } = await engine()
    const buyer = await visit(browser, service.url, "/shop/101", DARK_PHONE)
    const buy = await buyer.button("Buy now")
    // Pressed before the page has heard of it.
    await buyer.page.route("**/holds", async (route) => {
      await change("PATCH", "/items/101/sale", { paused: true })
      await route.continue()
    }, { times: 1 })
    await buy.click()
    await buyer.sees("The sale is paused")
    await buyer.isAccessible()
    await change("PATCH", "/items/101/sale", { paused: false })
    await (await buyer.button(/Try again|Buy now/)).click()
    await buyer.button("Pay now")
    expect(buyer.complaints()).toEqual([])
  }, TIMEOUT)

  it(
    "says who may buy where the engine takes orders of signed-in buyers alone, and what a shop's page has",
    async (ctx) => {
      const browser = browserFor(ctx)
      const { service } = await engine({ AUTH: "required" })
      const guest = await visit(browser, service.url, "/shop/101", DARK_PHONE)
      const button = await guest.button("Sign in to buy")
      expect(await button.getAttribute("aria-disabled")).toBe("true")
      await guest.sees("A demonstration without a buyer.")
      await guest.isAccessible()
      await guest.page.emulateMedia({ colorScheme: "light" })
      await guest.isAccessible()
      expect(await guest.page.evaluate("scrollX + document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
      // A page that does not know it hears it by a press, and a buyer who signs in may press.
      await guest.page.evaluate("document.querySelector('flash-sale-button').auth = ''")
      await (await guest.button("Buy now")).click()
      await guest.button("Sign in to buy")
      await guest.page.evaluate("document.querySelector('flash-sale-button').token = 'a.token.of-ada'")
      await guest.button("Buy now")
      expect(guest.complaints()).toEqual([])
    },
    TIMEOUT
  )

  it("is in a page of another origin, where that is listed, and goes on over the death of the engine", async (ctx) => {
    const browser = browserFor(ctx)
    const shop = await servePage(() => service.url)
    const { service } = await engine({ CORS_ORIGINS: shop })
    const buyer = await visit(browser, shop, "/")
    await (await buyer.button("Buy now")).click()
    const pay = await buyer.button("Pay now")

    await service.killHard()
    await buyer.sees("Connecting again")
    await buyer.isAccessible()
    await service.start()
    await service.untilHealth(200)
    await buyer.sees("Live")
    await pay.click()
    await buyer.sees("It is yours")
    const item = await (await fetch(`${service.url}/items/101`)).json()
    expect(item).toMatchObject({ available: 99, held: 0, sold: 1 })
    expect(buyer.complaints().filter((said) => !said.startsWith(`${service.url}/`))).toEqual([])
  }, TIMEOUT)
})
