/** What the console costs whoever has it open: bytes, jumps, and work for each update of the overview. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import * as OverviewProxy from "./OverviewProxy.ts"
import { READ, WATCH, type Weight, workMillis } from "./PageWeight.ts"
import { visit } from "./Visitor.ts"

const TIMEOUT = 120_000
const MOST_BYTES = 110 * 1024
const LONGEST_TASK = 50
const MOST_WORK_MILLIS = 4
/** The place of a digit. */
const MOST_SHIFT = 0.002
/** 20 a second. */
const EVERY_MILLIS = 50
const UPDATES = 40
const ROUNDS = 3

let launched: Chromium.Launched = { reason: "not started" }
beforeAll(async () => {
  launched = await Chromium.launch()
}, Chromium.LAUNCH_TIMEOUT)
afterAll(() => Chromium.close(launched))

it("is small, nothing jumps, and twenty updates a second are little work", async (ctx) => {
  const browser = Chromium.needed(launched, ctx)
  const engine = await ConsoleEngine.start()
  const proxy = await OverviewProxy.start(engine, EVERY_MILLIS)
  const { page } = await visit(browser, proxy.url, "/console")
  await page.addInitScript(WATCH)
  await page.goto(`${proxy.url}/console#key=${engine.key}`)
  await page.reload()
  await page.locator("console-plot canvas").first().waitFor()
  await page.getByRole("link", { name: "101", exact: true }).waitFor()
  const session = await page.context().newCDPSession(page)
  // What others do on the machine does not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" })
  const { longest: atFirst }: Weight = await page.evaluate(READ)
  const each: Array<number> = []
  for (let round = 0; round < ROUNDS; round++) {
    const [work, told] = [await workMillis(session), proxy.told()]
    await until("updates", () => proxy.told() - told >= UPDATES)
    each.push((await workMillis(session) - work) / (proxy.told() - told))
  }
  const { bytes, longest, shift }: Weight = await page.evaluate(READ)
  if (process.env["SHOW"] === "1") {
    process.stdout.write(`${JSON.stringify({ bytes, longest, atFirst, shift, each })}\n`)
  }
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
  expect(shift).toBeLessThanOrEqual(MOST_SHIFT)
  // Of the machine's other work the page can say nothing, so the best round counts.
  expect(Math.min(...each)).toBeLessThanOrEqual(MOST_WORK_MILLIS)
  expect(longest).toBeLessThanOrEqual(Math.max(LONGEST_TASK, atFirst))
}, TIMEOUT)
