/** What the person on duty does about orders in the console: dead letters, a hold, a refund. */
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import { hold, order } from "./Orders.ts"

const TIMEOUT = 120_000
const FAILED = 12

const browserFor = Chromium.ofFile()

const statusOf = async (url: string, id: string): Promise<unknown> =>
  (await (await fetch(`${url}/orders/${id}`)).json() as { readonly status?: unknown }).status

it("replays what a provider has failed, discards the rest, ends a hold, and gives a sale back", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await ConsoleEngine.start({ PAYMENT_FAILURE_RATE: "1", PAYMENT_LATENCY: "1ms" })
  const ids = Array.from({ length: FAILED }, (_, number) => `failed-${number}`)
  for (const id of ids) expect((await order(engine.service.url, "101", id)).status).toBe(202)
  await until("all have failed", async () => {
    const statuses = await Promise.all(ids.map((id) => statusOf(engine.service.url, id)))
    return statuses.every((status) => status === "FAILED_PAYMENT")
  })
  // The provider is back.
  await engine.service.stop()
  const mended = await ConsoleEngine.start({ PAYMENT_FAILURE_RATE: "0", PAYMENT_LATENCY: "1ms" }, engine.dataDir)
  const { service: { url } } = mended
  expect((await hold(url, "101", "hold-1")).status).toBe(202)

  const operator = await ConsoleEngine.open(browser, mended, engine.key)
  const { page } = operator
  await operator.sees(`${FAILED} orders need a person`)
  await page.getByRole("link", { name: `Dead letters ${FAILED}` }).click()
  await page.getByRole("row").nth(FAILED).waitFor()
  await ConsoleEngine.isAccessible(operator)
  await page.getByRole("table").getByRole("link").first().click()
  await operator.sees("Its order holds its units again, and is charged.")
  await ConsoleEngine.isAccessible(operator)
  await page.goBack()

  await page.getByRole("row").nth(1).getByRole("checkbox").check()
  await page.getByRole("row").nth(2).getByRole("checkbox").check()
  await ConsoleEngine.change(operator, "Discard 2…", { action: "Discard", says: "2 orders stay failed" })
  await page.getByRole("row").nth(FAILED - 2).waitFor()
  await ConsoleEngine.change(operator, "Replay all…", {
    action: "Replay",
    says: `Tries ${FAILED - 2} orders again, of ${FAILED - 2}.`
  })
  await operator.sees("No order needs a person.")
  await ConsoleEngine.isAccessible(operator)
  // Which two were discarded says when each has failed.
  let sold: ReadonlyArray<string> = []
  await until("all but two are sold", async () => {
    const statuses = await Promise.all(ids.map((id) => statusOf(url, id)))
    sold = ids.filter((_, n) => statuses[n] === "COMPLETED")
    return sold.length === FAILED - 2
  })
  const refunded = sold.at(-1)!

  await page.getByRole("link", { name: "Orders", exact: true }).click()
  await page.getByRole("link", { name: "hold-1" }).click()
  await operator.sees("Units held")
  await ConsoleEngine.isAccessible(operator)
  await ConsoleEngine.change(operator, "Cancel…", { action: "Cancel the order", says: "Nobody has been charged." })
  await page.locator(".badge", { hasText: "Cancelled" }).waitFor()
  await page.goto(`${mended.service.adminUrl}/console#/orders/${refunded}`)
  await ConsoleEngine.change(operator, "Refund…", {
    action: "Refund",
    choices: { "Units of the order": "Not back on sale" },
    says: "1 unit is not put back on sale."
  })
  await page.locator(".badge", { hasText: "Refunded" }).waitFor()
  expect(await statusOf(url, refunded)).toBe("REFUNDED")
  await page.getByRole("link", { name: "Orders", exact: true }).first().click()
  await page.getByLabel("Status").selectOption("Refunded")
  await page.getByRole("row").nth(1).waitFor()
  await ConsoleEngine.isAccessible(operator)
  const item = await (await fetch(`${url}/items/101`)).json()
  expect(item).toMatchObject({ available: 90, held: 0, sold: FAILED - 3 })
  expect(operator.complaints()).toEqual([])
}, TIMEOUT)
