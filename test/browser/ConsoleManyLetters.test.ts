/** A hundred thousand dead letters in the console: it is quick, and says what a change of all is about. */
import { expect, it } from "vitest"
import * as FilledLetters from "../operations/letters/FilledLetters.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"

const TIMEOUT = 120_000
const PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const

const browserFor = Chromium.ofFile()

it("counts and finds them, says that a change is about the oldest, and stops between two parts", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await ConsoleEngine.start({ PAYMENT_FAILURE_RATE: "0", PAYMENT_LATENCY: "1ms" })
  FilledLetters.fill(engine.dataDir)
  const operator = await ConsoleEngine.open(browser, engine, engine.key)
  const { page } = operator
  await operator.sees("100,000 orders need a person")
  await page.locator(".problems").getByRole("link", { name: "Dead letters" }).click()
  await page.getByRole("link", { name: "Payment Without Order 1" }).click()
  await page.getByRole("cell", { name: "r-100000" }).waitFor()
  await page.getByRole("link", { name: "All 100,000" }).click()
  await operator.sees("What is done to all is done to the oldest 10,000 of 100,000.")

  await page.getByRole("button", { name: "Replay all…" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("heading", { name: "Replay the oldest 10,000 dead letters" }).waitFor()
  await dialog.getByText("Tries 100 orders again, of 10,000.").waitFor()
  await dialog.getByText("9,900: finds nothing left, and fails as sold out").waitFor()
  await dialog.getByLabel("Which").selectOption({
    label: "All that can be tried, also those that would be turned away"
  })
  await dialog.getByText("Tries 10,000 orders again, of 10,000.").waitFor()
  await dialog.getByLabel("Reason, for whoever asks later").fill("a test")
  await dialog.getByRole("button", { name: "Replay" }).click()
  await dialog.getByText(/^[1-9][\d,]* of 10,000$/).waitFor()
  await dialog.getByRole("button", { name: "Stop" }).click()
  await dialog.waitFor({ state: "hidden" })
  const notice = await page.locator(".notice").innerText()
  const [, replayed, untried] = /^([\d,]+): replayed\. ([\d,]+) letters not tried: do it again\.$/.exec(notice)!
  const [done, rest] = [replayed, untried].map((count) => Number(count!.replaceAll(",", "")))
  expect(done! + rest!).toBe(10_000)
  const left = (FilledLetters.MANY - done!).toLocaleString("en-GB")
  await page.getByRole("link", { name: `All ${left}` }).waitFor()
  expect(operator.complaints()).toEqual([])

  const phone = await ConsoleEngine.open(browser, engine, engine.key, PHONE)
  await phone.page.locator(".problems").getByRole("link", { name: "Dead letters" }).click()
  await phone.page.getByRole("row").nth(1).waitFor()
  await ConsoleEngine.isAccessible(phone)
  expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
}, TIMEOUT)
