/**
 * An incident that one person handles in the console alone: Redis dies in a sale, charges fail, and a delivery was
 * counted wrongly. Each click and each key is counted.
 */
import { expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"
import { until } from "../servers/Processes.ts"
import * as Acts from "./Acts.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import * as IncidentEngine from "./IncidentEngine.ts"
import { order } from "./Orders.ts"
import type { Visitor } from "./Visitor.ts"

/** Several times what it takes, as others may use the machine. */
const TIMEOUT = 300_000
const ITEM = "trail-shoes"
/** As they were put in, and as many of them as never came: enough for a slow machine, too. */
const [PAIRS, MISSING] = [5_000, 20]
const FAILED = ["anna", "ben", "cleo", "dana", "emil", "fay"].map((name) => `${name}s-order`)
const SOME = 20
const WHY_REPLAYED = "provider is back"
const WHY_TAKEN = "20 pairs never came"
/** What a person may be asked to do for all of it. */
const [MOST_CLICKS, MOST_KEYS] = [10, 60]

const shown = (count: number): string => count.toLocaleString("en-GB")

const browserFor = Chromium.ofFile()

/** Sees what is wrong, and reads what the runbook says about it. */
const understand = async ({ page, sees }: Visitor, acts: Acts.Acts): Promise<void> => {
  await acts.wait(() => sees("The store is away"))
  await sees("orders are taken meanwhile and wait in the log")
  await acts.glance(page.locator(".problems a.runbook").first(), async (runbook) => {
    expect(runbook.url()).toMatch(/#redis-is-away-or-was-lost$/)
    await runbook.getByText("No order is ever given up because of Redis").waitFor()
  })
}

/** Finds the orders that failed, looks at what would become of them, and has them tried again. */
const replay = async ({ page, sees }: Visitor, acts: Acts.Acts): Promise<void> => {
  await sees(`${FAILED.length} orders need a person`)
  await acts.click(page.locator(".problems").getByRole("link", { name: "Dead letters" }))
  await page.getByRole("row").nth(FAILED.length).waitFor()
  await acts.click(page.getByRole("button", { name: "Replay all…" }))
  await acts.wait(() => page.getByText(`${FAILED.length}: holds its units again, and is charged`).waitFor())
  await acts.press("Tab")
  await acts.type(WHY_REPLAYED)
  await acts.press("Enter")
  await acts.wait(() => sees(`${FAILED.length} replayed: ${FAILED.length} completed.`))
  await sees("No order needs a person.")
}

/** Takes out what was put in and never came. */
const correct = async ({ page, sees }: Visitor, acts: Acts.Acts): Promise<void> => {
  await acts.click(page.getByRole("link", { name: "Overview" }))
  await acts.click(page.getByRole("link", { name: ITEM }))
  await sees(`of ${shown(PAIRS)}`)
  await acts.click(page.getByRole("button", { name: "Take units out…" }))
  await acts.type(String(MISSING))
  await page.getByText(`Takes out ${MISSING} units`).waitFor()
  await acts.press("Tab")
  await acts.type(WHY_TAKEN)
  await acts.press("Enter")
  await acts.wait(() => sees(`${ITEM}: ${MISSING} units taken out.`))
}

/** Sees each of it in the audit. */
const account = async ({ page }: Visitor, acts: Acts.Acts): Promise<void> => {
  await acts.click(page.getByRole("link", { name: "Audit" }))
  const rows = (what: string, why: string) => page.getByRole("row").filter({ hasText: what }).filter({ hasText: why })
  await acts.wait(() => rows(`Took out ${MISSING} units`, WHY_TAKEN).waitFor())
  await acts.wait(() => rows(`${FAILED.length} × Dead letter replayed`, WHY_REPLAYED).waitFor())
  await acts.click(page.getByRole("button", { name: "Show each" }))
  await acts.wait(() => rows("Dead letter replayed", WHY_REPLAYED).nth(FAILED.length - 1).waitFor())
  expect(await page.getByRole("button", { name: "Fold" }).count()).toBe(1)
  for (const id of FAILED) expect(await rows(id, WHY_REPLAYED).count(), id).toBe(1)
}

it(
  "Redis dies in a sale: a person sees it, replays what failed, corrects the stock, all in ten clicks",
  async (ctx) => {
    const browser = browserFor(ctx)
    const engine = await IncidentEngine.start()
    const { env, key, redis, service } = engine
    const stocked = await Services.run(["stock", "set", ITEM, String(PAIRS), "--create"], env)
    expect(stocked.code, stocked.output).toBe(0)
    const operator = await ConsoleEngine.open(browser, engine, key)
    const acts = Acts.of(operator.page)
    await operator.sees("Nothing is wrong")
    await IncidentEngine.failCharges(engine, ITEM, FAILED)
    const crowd = IncidentEngine.crowd(engine, ITEM)
    await until("orders come", () => crowd.accepted() >= SOME)

    await redis.kill()
    const begun = performance.now()
    const before = crowd.accepted()
    await understand(operator, acts)
    // Somebody starts it again, as the runbook says. Orders were taken all the while.
    for (const id of FAILED) expect((await order(service.url, ITEM, id)).status).toBe(202)
    await until("orders come without Redis", () => crowd.accepted() >= before + SOME)
    await redis.start()
    await acts.wait(() => operator.page.locator(".health.good").waitFor())
    await acts.wait(() => IncidentEngine.mendProvider(engine, ITEM, FAILED))
    await acts.wait(() => operator.sees(`${FAILED.length} orders need a person`))
    await replay(operator, acts)
    await correct(operator, acts)
    await account(operator, acts)
    await acts.click(operator.page.getByRole("link", { name: "Overview" }))
    await acts.wait(() => operator.sees("Nothing is wrong"))
    const seconds = Math.round((performance.now() - begun) / 1_000)
    const figures = acts.figures()
    process.stdout.write(`the drill: ${JSON.stringify({ seconds, ...figures })}\n`)
    expect(figures.clicks).toBeLessThanOrEqual(MOST_CLICKS)
    expect(figures.keys).toBeLessThanOrEqual(MOST_KEYS)
    expect(operator.complaints()).toEqual([])

    await crowd.stop()
    const sold = crowd.accepted() + FAILED.length
    await until("the books are closed", async () => {
      const answer = await fetch(`${service.adminUrl}/admin/v1/reports/${ITEM}`, {
        headers: { authorization: `Bearer ${key}` }
      })
      const report = await answer.json() as Readonly<Record<string, unknown>>
      if (report["held"] !== 0 || report["sold"] !== sold || report["archive_behind"] === true) return false
      expect(report).toMatchObject({ put_in: PAIRS - MISSING, available: PAIRS - MISSING - sold, balances: true })
      return true
    })
    const reconciled = await Services.run(["reconcile"], env)
    expect(reconciled.code, reconciled.output).toBe(0)
  },
  TIMEOUT
)
