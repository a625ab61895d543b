/** What the console costs whoever has it open: bytes, jumps, and work for each update of the overview. */
import type { CDPSession, Page } from "playwright-core"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import * as OverviewProxy from "./OverviewProxy.ts"
import { READ, WATCH, type Weight } from "./PageWeight.ts"
import { visit } from "./Visitor.ts"

const TIMEOUT = 120_000
const MOST_BYTES = 110 * 1024
const LONGEST_TASK = 50
const MOST_SCRIPT_MILLIS = 4
/** The place of a digit. */
const MOST_SHIFT = 0.002
/** 20 a second. */
const EVERY_MILLIS = 50
const UPDATES = 40
const ROUNDS = 3

const browserFor = Chromium.ofFile()

interface Round {
  /** Of script, for each update: of all functions, wherever they are from. */
  readonly script: number
  readonly longest: number
}

const NO_SCRIPT = ["(idle)", "(program)", "(root)"]

/** What some updates of the overview cost. */
const round = async (page: Page, session: CDPSession, told: () => number): Promise<Round> => {
  await page.evaluate("seen.longest = 0")
  await session.send("Profiler.start")
  const before = told()
  await until("updates", () => told() - before >= UPDATES)
  const updates = told() - before
  const { profile: { nodes, samples = [], timeDeltas = [] } } = await session.send("Profiler.stop")
  const names = new Map(nodes.map(({ callFrame, id }) => [id, callFrame.functionName]))
  const micros = samples.reduce(
    (sum, id, place) => NO_SCRIPT.includes(names.get(id)!) ? sum : sum + timeDeltas[place]!,
    0
  )
  const { longest }: Weight = await page.evaluate(READ)
  return { script: micros / 1_000 / updates, longest }
}

it("is small, nothing jumps, and twenty updates a second are little work", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await ConsoleEngine.start()
  const proxy = await OverviewProxy.start(engine, EVERY_MILLIS)
  const { page } = await visit(browser, proxy.url, "/console")
  await page.addInitScript(WATCH)
  await page.goto(`${proxy.url}/console#key=${engine.key}`)
  // Of the machine's other work the page can say nothing: one good round is enough.
  const loads: Array<Weight> = []
  while (loads.length < ROUNDS && !loads.some(({ longest }) => longest <= LONGEST_TASK)) {
    await page.reload()
    await page.locator("console-plot canvas").first().waitFor()
    await page.getByRole("link", { name: "101", exact: true }).waitFor()
    loads.push(await page.evaluate(READ))
  }
  const session = await page.context().newCDPSession(page)
  await session.send("Profiler.enable")
  const rounds: Array<Round> = []
  const isGood = ({ longest, script }: Round) => longest <= LONGEST_TASK && script <= MOST_SCRIPT_MILLIS
  while (rounds.length < ROUNDS && !rounds.some(isGood)) rounds.push(await round(page, session, proxy.told))
  const { bytes, shift }: Weight = await page.evaluate(READ)
  if (process.env["SHOW"] === "1") process.stdout.write(`${JSON.stringify({ loads, rounds, bytes, shift })}\n`)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
  expect(shift).toBeLessThanOrEqual(MOST_SHIFT)
  expect(Math.min(...loads.map(({ longest }) => longest))).toBeLessThanOrEqual(LONGEST_TASK)
  expect(Math.min(...rounds.map(({ longest }) => longest))).toBeLessThanOrEqual(LONGEST_TASK)
  expect(Math.min(...rounds.map(({ script }) => script))).toBeLessThanOrEqual(MOST_SCRIPT_MILLIS)
}, TIMEOUT)
