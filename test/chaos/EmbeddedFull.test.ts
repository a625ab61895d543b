/** `flash-sale serve` on a disk that is full: both ports say so, with one truth, and go on when there is room. */
import { FILE_NAME } from "@flash-sale/infra/sqlite/database/FileCheck"
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import { execute } from "../servers/Programs.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 180_000
const PRLIMIT_MILLIS = 10_000

const health = async (url: string) => {
  const response = await fetch(`${url}/health`)
  return { status: response.status, body: await response.json() as Record<string, unknown> }
}

it(
  "the engine is unhealthy at both ports while its file takes no writes, and healthy again by itself",
  { timeout: TIMEOUT },
  async () => {
    const folder = await Services.folder()
    const engine = await Services.service("serve", {
      DATA_DIR: folder,
      PAYMENT_LATENCY: "1ms",
      RATE_LIMIT_MAX_REQUESTS: "100000"
    })
    await engine.start()
    await engine.untilHealth(200)
    let orders = 0
    const buy = async () => {
      const response = await fetch(`${engine.url}/buy`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ request_id: `r-${orders++}`, user_id: "u-1", item_id: "101", amount: 1 })
      })
      return response.status
    }
    expect(await buy()).toBe(202)
    // A file that may grow no further is a disk that is full, and needs no rights.
    const limit = (size: string) =>
      execute("prlimit", ["--pid", String(engine.pid()), `--fsize=${size}:`], PRLIMIT_MILLIS)
    // The write-ahead log may begin anew once more: then what is in it goes no more into the file.
    await limit(String((await stat(join(folder, FILE_NAME))).size))
    await until(
      "orders are refused, and both ports say so",
      async () =>
        (await buy()) === 503 && (await health(engine.url)).status === 503 &&
        (await health(engine.metricsUrl)).status === 503
    )
    const [gateway, processor] = [await health(engine.url), await health(engine.metricsUrl)]
    expect(gateway).toMatchObject({ status: 503, body: { status: "unhealthy", redis: false, kafka: false } })
    expect(Object.keys(gateway.body)).toEqual(["status", "redis", "kafka", "circuit_breaker_state"])
    expect(processor).toMatchObject({ status: 503, body: { status: "unhealthy", redis: false, kafka: false } })
    expect(processor.body["problems"]).toEqual(
      expect.arrayContaining([expect.stringMatching(/^the store takes no writes: SQLite: /)])
    )
    // Orders that were accepted at the last moment have no status: nobody can say that an id was never placed.
    expect((await fetch(`${engine.url}/orders/never-placed`)).status).toBe(503)
    expect(await Services.run(["stock", "get", "101"], { DATA_DIR: folder })).toMatchObject({
      code: 0,
      output: expect.stringContaining("item 101: available")
    })
    await limit("unlimited")
    await until(
      "both ports are healthy again",
      async () => (await health(engine.url)).status === 200 && (await health(engine.metricsUrl)).status === 200
    )
    await until("orders are taken again", async () => (await buy()) === 202)
    await until(
      "what was never placed is known again",
      async () => (await fetch(`${engine.url}/orders/never-placed`)).status === 404
    )
    expect(await engine.stop()).toEqual({ code: 0, signal: null })
  }
)
