/** The archive of an engine on one file, killed while orders come: afterwards it is what the log tells. */
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import { Effect, Layer } from "effect"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import * as ArchiveAudit from "../archive/ArchiveAudit.ts"
import { until } from "../servers/Processes.ts"
import * as Load from "./Load.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const KILLS = FULL ? 10 : 3
const ORDERS = FULL ? 12_000 : 1_800
const TIMEOUT = 300_000

const noDifferences = { differences: [] }

describe("The archive in a file", () => {
  it("is the fold of the log of one file, with kill -9 of the engine", { timeout: TIMEOUT }, async () => {
    const dataDir = await Services.folder()
    const env = { DATA_DIR: dataDir, PAYMENT_LATENCY: "50ms", PAYMENT_FAILURE_RATE: "0.1" }
    const engine = await Services.service("serve", env)
    await engine.start()
    await engine.untilHealth(200)
    await Load.balanced({
      url: engine.url,
      env: { ...env, FLASH_SALE_KEY: await Services.apiKey("orders", env) },
      orders: ORDERS,
      rate: 200,
      shares: Load.CHECKOUT,
      blows: Array.from({ length: KILLS }, () => async () => {
        await engine.killHard()
        await engine.start()
      })
    })
    const audit = () =>
      Effect.runPromise(
        ArchiveAudit.run("told").pipe(
          Effect.provide(Layer.merge(Infra.layerItemsBeside({ dataDir }), InfraArchives.layerBeside({ dataDir })))
        )
      )
    await until("the archive has read all", async () => (await audit()).differences.length === 0, 30_000)
      .catch(async () => expect(await audit()).toMatchObject(noDifferences))
    expect((await audit()).orders).toBeGreaterThan(ORDERS / 2)
    expect(await engine.stop()).toEqual({ code: 0, signal: null })
    await Promise.all(["", "-wal", "-shm"].map((end) => rm(join(dataDir, `archive.sqlite${end}`), { force: true })))
    expect(await Services.run(["archive", "rebuild"], env)).toMatchObject({ code: 0 })
    expect(await audit()).toMatchObject(noDifferences)
  })
})
