/** A change in the console while it is being sent, and while one goes elsewhere. */
import { expect, it } from "vitest"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"

const TIMEOUT = 60_000

const browserFor = Chromium.ofFile()

it("a change that is sent goes on to its end, and a dialog stays at its place", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await ConsoleEngine.start()
  const operator = await ConsoleEngine.open(browser, engine, engine.key)
  const { page } = operator
  const dialog = page.getByRole("dialog")

  await page.getByRole("link", { name: "Items", exact: true }).click()
  await page.getByRole("heading", { name: "Items", exact: true }).waitFor()
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Items")
  await page.getByRole("link", { name: "101", exact: true }).click()

  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  await page.route("**/items/101/sale", async (route) => {
    await answered
    await route.continue()
  })
  await page.getByRole("button", { name: "Pause…", exact: true }).click()
  await dialog.getByLabel("Reason, for whoever asks later").fill("a test")
  await dialog.getByRole("button", { name: "Pause", exact: true }).click()
  await dialog.getByRole("button", { name: "Sending…" }).waitFor()
  for (let time = 0; time < 3; time++) await page.keyboard.press("Escape")
  expect(await dialog.getByRole("button", { name: "Cancel" }).isDisabled()).toBe(true)
  // Somebody goes back meanwhile.
  await page.goBack()
  await page.locator("h1", { hasText: "Items" }).waitFor()
  expect(await dialog.isVisible()).toBe(true)
  answer()
  await operator.sees("101: paused.")
  await dialog.waitFor({ state: "hidden" })

  await page.getByRole("link", { name: "101", exact: true }).click()
  await page.locator(".badge", { hasText: "Paused" }).waitFor()
  // What came of it is of the page before.
  expect(await page.getByText("101: paused.").count()).toBe(0)
  await page.getByRole("button", { name: "Put units in…" }).click()
  await dialog.getByLabel("Reason, for whoever asks later").waitFor()
  await page.goBack()
  await dialog.waitFor({ state: "hidden" })
  await page.keyboard.press("Tab")
  await ConsoleEngine.isAccessible(operator)
  expect(operator.complaints()).toEqual([])
}, TIMEOUT)

it("a key that may refund and not look at orders hears so", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await ConsoleEngine.start()
  const operator = await ConsoleEngine.open(browser, engine, await ConsoleEngine.keyOf(engine, "refunds"))
  await operator.page.getByRole("link", { name: "Orders", exact: true }).click()
  await operator.sees("a key for that needs orders and refunds")
}, TIMEOUT)
