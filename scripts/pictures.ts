/**
 * Makes the two pictures of README.md anew: the console of a real engine that sells for some minutes, in light and
 * dark. Wants a Chromium on the PATH.
 *
 *   node scripts/pictures.ts
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Browser, chromium } from "playwright-core"
import { freePort } from "../test/servers/Ports.ts"
import { root } from "./Source.ts"

const FOLDER = `${root}docs/pictures`
/** How long the engine sells, and when in between the pictures are made, in milliseconds. */
const SELLS_MILLIS = 240_000
const SHOWN_MILLIS = 180_000
/** Orders a second at the most. */
const MOST_A_SECOND = 60
const STOCK = 6_000
const ROUND_MILLIS = 100
/** How long a page is open before its picture, in milliseconds: until it can say when items are sold out. */
const SETTLES_MILLIS = 24_000
/** The largest that a picture may be, in bytes. */
const MOST_BYTES = 150 * 1024
const VIEW = { width: 1_280, height: 760 }

interface Engine {
  readonly url: string
  readonly adminUrl: string
  readonly dataDir: string
  readonly running: ChildProcess
}

const start = async (dataDir: string): Promise<Engine> => {
  const [http, metrics, admin] = [await freePort(), await freePort(), await freePort()]
  const running = spawn(process.execPath, [`${root}packages/cli/src/main.ts`, "serve"], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      HTTP_PORT: String(http),
      METRICS_PORT: String(metrics),
      ADMIN_PORT: String(admin),
      // Some orders need a person, as on most evenings.
      PAYMENT_FAILURE_RATE: "0.004",
      LOG_LEVEL: "error"
    },
    stdio: "ignore"
  })
  const engine = { url: `http://127.0.0.1:${http}`, adminUrl: `http://127.0.0.1:${admin}`, dataDir, running }
  const isUp = () => fetch(`${engine.url}/health`).then(({ ok }) => ok, () => false)
  while (!await isUp()) {
    if (running.exitCode !== null) throw new Error(`the engine has ended with ${running.exitCode}`)
    await sleep(ROUND_MILLIS)
  }
  return engine
}

/** Orders that come, rise and fall as a sale's do: of a few items, some of them sold out. */
const sell = async ({ url }: Engine, items: ReadonlyArray<string>, over: AbortSignal): Promise<void> => {
  const began = performance.now()
  let sent = 0
  for (let at = 0; at < SELLS_MILLIS && !over.aborted; at = performance.now() - began) {
    const rate = MOST_A_SECOND * (0.35 + 0.65 * Math.sin(Math.PI * at / SELLS_MILLIS))
    const orders = Array.from({ length: Math.round(rate * ROUND_MILLIS / 1_000) }, () => {
      const order = { request_id: `r-${sent}`, user_id: `u-${sent}`, item_id: items[sent++ % items.length], amount: 1 }
      return fetch(`${url}/buy`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(order)
      }).then((answer) => answer.arrayBuffer())
    })
    await Promise.all([...orders, sleep(ROUND_MILLIS)])
  }
}

const put = async ({ adminUrl }: Engine, key: string, item: string, set: number): Promise<void> => {
  const answer = await fetch(`${adminUrl}/admin/v1/items/${item}/stock`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ set, reason: "for the pictures" })
  })
  if (!answer.ok) throw new Error(`no stock for ${item}: ${await answer.text()}`)
}

const picture = async (browser: Browser, { adminUrl }: Engine, key: string, colorScheme: "light" | "dark") => {
  const context = await browser.newContext({
    viewport: VIEW,
    colorScheme,
    locale: "en-GB",
    timezoneId: "Europe/Berlin"
  })
  const page = await context.newPage()
  await page.goto(`${adminUrl}/console#key=${key}`)
  await page.locator("console-plot canvas").first().waitFor()
  await page.getByRole("link", { name: "mug", exact: true }).first().waitFor()
  // How fast an item goes is measured from when it was first asked for on.
  await sleep(SETTLES_MILLIS)
  const path = `${FOLDER}/console-${colorScheme}.png`
  await page.screenshot({ path })
  await context.close()
  const { size } = statSync(path)
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, and may have ${MOST_BYTES}`)
  process.stdout.write(`${path}: ${size} bytes\n`)
}

const chromiumPath = (): string => {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium"))
  const found = paths.find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
  if (found === undefined) throw new Error("there is no chromium on the PATH")
  return found
}

if (import.meta.main) {
  const dataDir = mkdtempSync(join(tmpdir(), "flash-sale-pictures-"))
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] })
  const engine = await start(dataDir)
  try {
    const key = readFileSync(join(dataDir, "admin.key"), "utf8").trim()
    const items = ["mug", "poster", "jersey"]
    for (const [index, item] of items.entries()) await put(engine, key, item, Math.round(STOCK / (1 + 2 * index)))
    mkdirSync(FOLDER, { recursive: true })
    const over = new AbortController()
    const selling = sell(engine, items, over.signal)
    await sleep(SHOWN_MILLIS)
    for (const colorScheme of ["light", "dark"] as const) await picture(browser, engine, key, colorScheme)
    over.abort()
    await selling
  } finally {
    engine.running.kill("SIGTERM")
    await Promise.all([once(engine.running, "exit"), browser.close()])
    rmSync(dataDir, { recursive: true, force: true })
  }
}
