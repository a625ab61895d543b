/** Rubbish of every kind, by the ten thousand: each piece gets a clear answer, and none leaves anything behind. */
import * as Undici from "@effect/platform-node/Undici"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { freePort } from "../../servers/Ports.ts"
import { until } from "../../servers/Processes.ts"
import { execute } from "../../servers/Programs.ts"
import * as InvalidBodies from "../InvalidBodies.ts"

const FULL = process.env["FULL"] === "1"
const BODIES = FULL ? 100_000 : 4_000
const SEED = Number(process.env["SEED"] ?? "20261126")
const CONNECTIONS = 32
/** What the engine has for its objects, in MiB. */
const HEAP = 160
const TIMEOUT = 1_500_000
/**
 * What the engine may hold more at the end than after the first third, in MiB: the noise of a heap that is not full.
 */
const GROWTH = 64
/** The answers to what is no order, no honest one, or one too many; never 5xx. */
const POLITE = new Set([202, 400, 404, 409, 410, 413, 415, 422])

const memoryOf = async (pid: number): Promise<number> =>
  Number(await execute("ps", ["-o", "rss=", "-p", String(pid)], 5_000)) / 1024

it("every fuzzed request gets a clear answer, and leaves nothing behind", { timeout: TIMEOUT }, async () => {
  const port = await freePort()
  const engine = await Services.flashSale(["serve"], {
    HTTP_PORT: String(port),
    METRICS_PORT: String(await freePort()),
    DATA_DIR: await Services.folder(),
    RATE_LIMIT_MAX_REQUESTS: "1000000",
    PAYMENT_LATENCY: "1ms",
    PAYMENT_FAILURE_RATE: "0.1",
    // A heap that is soon full, so that what grows is seen.
    NODE_OPTIONS: `--max-old-space-size=${HEAP}`
  })
  const origin = `http://127.0.0.1:${port}`
  const isUp = () => fetch(`${origin}/health`).then(({ status }) => status === 200, () => false)
  await until("the engine is up", isUp)
  // Just after a start nobody can say yet that there is no such order.
  await until("an unknown order is one", () => fetch(`${origin}/orders/nobody`).then(({ status }) => status === 404))
  const pool = new Undici.Pool(origin, { connections: CONNECTIONS, headersTimeout: 10_000 })
  onTestFinished(() => pool.destroy())
  const chance = InvalidBodies.chance(SEED)
  const counts = new Map<number, number>()
  let sent = 0
  let early: number | undefined

  const one = async (n: number) => {
    const isLook = chance.below(10) === 0
    const type = InvalidBodies.contentType(chance)
    const body = isLook ? null : InvalidBodies.body(chance, n)
    const path = isLook ? InvalidBodies.path(chance) : "/buy"
    const headers = isLook || type === undefined ? {} : { "content-type": type }
    const answer = await pool.request({ method: isLook ? "GET" : "POST", path, headers, body })
    const text = await answer.body.text()
    counts.set(answer.statusCode, (counts.get(answer.statusCode) ?? 0) + 1)
    const about = `${SEED}/${n} ${path} ${answer.statusCode} ${text.slice(0, 200)}`
    if (isLook) expect(answer.statusCode, about).toBeLessThan(500)
    else expect(POLITE, about).toContain(answer.statusCode)
    if (answer.statusCode >= 400) {
      expect(JSON.parse(text), about).toMatchObject({ code: expect.any(String), correlation_id: expect.any(String) })
    }
    expect(answer.headers, about).not.toHaveProperty("x-injected")
  }
  const worker = async () => {
    while (sent < BODIES) {
      const n = sent++
      await one(n)
      if (n === Math.floor(BODIES / 3)) early = await memoryOf(engine.pid)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  const late = await memoryOf(engine.pid)
  process.stdout.write(
    `${BODIES} pieces: ${JSON.stringify(Object.fromEntries(counts))}; ${early} MiB, then ${late} MiB\n`
  )
  expect(late - early!).toBeLessThan(GROWTH)
  expect(counts.get(202)).toBeGreaterThan(0)
  expect(engine.output()).not.toContain("internal_error")
  expect(await isUp()).toBe(true)
  expect(engine.isRunning()).toBe(true)
})
