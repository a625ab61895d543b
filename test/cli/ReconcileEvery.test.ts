/** `flash-sale reconcile --every`, as a process beside a running engine: what it finds is found in its metrics. */
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"
import { freePort } from "../servers/Ports.ts"
import { until } from "../servers/Processes.ts"

const BUSY_MILLIS = 5_000

it("reconcile --every shows how many items differ, until they are repaired", { timeout: 120_000 }, async () => {
  const env = { DATA_DIR: await Services.folder() }
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  expect(await Services.run(["stock", "set", "101", "8"], env)).toMatchObject({ code: 0 })

  const port = await freePort()
  const watch = await Services.flashSale(["reconcile", "--every", "1s"], { ...env, METRICS_PORT: String(port) })
  const value = async (name: string): Promise<number | undefined> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined)
    const found = new RegExp(`^${name} (\\S+)$`, "m").exec(await response?.text() ?? "")
    return found === null ? undefined : Number(found[1])
  }
  const untilDiffering = (count: number) =>
    until(`${count} items differ`, async () => await value("reconcile_items_differing") === count)

  await untilDiffering(0)
  expect(await value("reconcile_items_compared")).toBe(2)
  expect(await value("reconcile_partitions_unclear")).toBe(0)
  expect(Math.abs((await value("reconcile_last_run_timestamp_seconds") ?? 0) - Date.now() / 1_000)).toBeLessThan(60)

  const connection = Connection.open(join(env.DATA_DIR, "engine.sqlite"), BUSY_MILLIS)
  connection.script("UPDATE items SET available = 80 WHERE name = '101'")
  connection.close()
  await untilDiffering(1)
  expect(watch.output()).toContain("item 101")
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)

  expect(await Services.run(["reconcile", "--apply"], env)).toMatchObject({ code: 0 })
  await untilDiffering(0)
  watch.kill("SIGTERM")
  expect(await watch.exit).toEqual({ code: 0, signal: null })
})

it("reconcile --every compares all items, and repairs none", async () => {
  for (const flag of [["--apply"], ["--item", "101"]]) {
    const ended = await Services.run(["reconcile", "--every", "1h", ...flag], { DATA_DIR: await Services.folder() })
    expect(ended.code).toBe(2)
    expect(ended.output).toContain("--every compares all items")
  }
})
