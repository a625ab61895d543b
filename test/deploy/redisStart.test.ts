/** `deploy/redis/start.sh`: a dump that was copied in wins, a dump that Redis wrote never does, and nothing is lost. */
import { cp, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises"
import { beforeEach, expect, it, vi } from "vitest"
import { DataFolder, missing, past } from "./RedisByScript.ts"

/** The steps of a start that loads a dump: mkdir, sync, mv of the dump, of the old folder, of the new one, sync. */
const STEPS = 6

beforeEach((context) => {
  if (missing === undefined) return
  if (process.env["CI"] === "true") throw new Error(`${missing} is missing`)
  context.skip(`needs ${missing}`)
})

/** Redis ran, was backed up with `stock` = 100, and went on to 60. It still runs. */
const backedUp = async (folder: DataFolder) => {
  const redis = await folder.start()
  await redis.set("stock", "100")
  await redis.save()
  const backup = await folder.copyOut()
  await redis.set("stock", "60")
  return { backup, redis }
}

it("starts with nothing, and keeps what was written through a stop and through a kill", async () => {
  await using folder = await DataFolder.make()
  await (await folder.start()).set("stock", "1")
  expect(await folder.stop("SIGTERM")).toMatchObject({ code: 0 })
  const redis = await folder.start()
  expect(await redis.get("stock")).toBe("1")
  await redis.set("stock", "2")
  await folder.stop("SIGKILL")
  expect(await (await folder.start()).get("stock")).toBe("2")
  expect(await folder.aside()).toEqual([])
})

it("writes every change to disk before it answers, and no dump by itself", async () => {
  await using folder = await DataFolder.make()
  const redis = await folder.start()
  expect(await redis.config("GET", "append*")).toEqual(
    expect.arrayContaining(["appendonly", "yes", "appendfsync", "always"])
  )
  expect(await redis.config("GET", "save")).toEqual(["save", ""])
})

it("loads a dump that was copied in while Redis ran, and sets aside what was there", async () => {
  await using folder = await DataFolder.make()
  const { backup, redis } = await backedUp(folder)
  await folder.copyIn(backup)
  // Redis is still there, and goes on writing until it is restarted.
  await redis.set("stock", "59")
  await folder.stop()
  expect(await (await folder.start()).get("stock")).toBe("100")
  expect(folder.said).toContain("loaded the dump.rdb")

  const [aside = "none", ...more] = await folder.aside()
  expect(more).toEqual([])
  await folder.stop()
  await rm(folder.in("appendonlydir"), { recursive: true })
  await rename(folder.in(aside), folder.in("appendonlydir"))
  expect(await (await folder.start()).get("stock")).toBe("59")
})

it("loads it once: what is written after a restore stays", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await folder.copyIn(backup)
  await folder.stop()
  await (await folder.start()).set("stock", "99")
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await folder.stop(signal)
    expect(await (await folder.start()).get("stock")).toBe("99")
  }
  expect(await folder.aside()).toHaveLength(1)
})

it("restores twice in a row, also from the dump of a backup after the first", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  for (let turn = 1; turn <= 2; turn++) {
    await folder.copyIn(backup)
    await folder.stop()
    const redis = await folder.start()
    expect(await redis.get("stock")).toBe("100")
    expect(await folder.aside()).toHaveLength(turn)
    await redis.set("stock", "50")
    await redis.save()
    await redis.set("stock", "40")
  }
})

it.each(["save", "bgsave"] as const)("keeps what was written after the operator's %s", async (command) => {
  await using folder = await DataFolder.make()
  const redis = await folder.start()
  await redis.set("stock", "100")
  await redis[command]()
  await vi.waitUntil(async () => /rdb_bgsave_in_progress:0/.test(await redis.info("persistence")))
  expect((await stat(folder.in("dump.rdb"))).isFile()).toBe(true)
  await redis.set("stock", "60")
  for (const signal of ["SIGTERM", "SIGKILL", "SIGTERM"] as const) {
    await folder.stop(signal)
    expect(await (await folder.start()).get("stock")).toBe("60")
  }
  expect(await folder.aside()).toEqual([])
  // The backup stays where the operator looks for it.
  expect((await stat(folder.in("dump.rdb"))).isFile()).toBe(true)
})

it("never takes a dump of its own, in many saves", async () => {
  await using folder = await DataFolder.make()
  for (let turn = 0; turn < 20; turn++) {
    const redis = await folder.start()
    await redis.set("stock", `before ${turn}`)
    await redis.save()
    await redis.set("stock", `after ${turn}`)
    await folder.stop("SIGKILL")
    expect(await (await folder.start()).get("stock")).toBe(`after ${turn}`)
    await folder.stop("SIGKILL")
  }
  expect(await folder.aside()).toEqual([])
})

it("loads a dump that was copied in without its times", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  // A dump has only the second of its save; a copy that was made within it looks like the dump itself.
  await past((await stat(backup)).mtimeMs + 2100)
  await rm(folder.in("dump.rdb"))
  await cp(backup, folder.in("dump.rdb"))
  await folder.stop()
  expect(await (await folder.start()).get("stock")).toBe("100")
})

it("loads a dump that was written over the one of the last backup, byte for byte the same", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await past((await stat(folder.in("dump.rdb"))).mtimeMs + 500)
  await writeFile(folder.in("dump.rdb"), await readFile(backup))
  await folder.stop()
  expect(await (await folder.start()).get("stock")).toBe("100")
})

it("loads a dump where there is no append-only folder, on another machine say", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await using other = await DataFolder.make()
  await other.copyIn(backup)
  expect(await (await other.start()).get("stock")).toBe("100")
  expect(await other.aside()).toEqual([])
})

it("does not take a dump of its own for a copy after the whole folder was copied", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await folder.stop()
  await using other = await DataFolder.make()
  await cp(folder.path, other.path, { recursive: true, preserveTimestamps: true })
  expect(await (await other.start()).get("stock")).toBe("60")
  expect(other.said).toContain("copy it in once more")
  // And says the truth.
  await other.copyIn(backup)
  await other.stop()
  expect(await (await other.start()).get("stock")).toBe("100")
})

it("goes on with what it has where the dump is damaged", async () => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await truncate(backup, (await stat(backup)).size - 9)
  await folder.copyIn(backup)
  await folder.stop()
  expect(await (await folder.start()).get("stock")).toBe("60")
  expect(folder.said).toContain("dump.rdb cannot be loaded")
  expect(await folder.aside()).toEqual([])
})

it("does not start empty where a damaged dump is all there is", async () => {
  await using folder = await DataFolder.make()
  await writeFile(folder.in("dump.rdb"), "REDIS0011 and no more")
  const { code, said } = await folder.startToEnd()
  expect(code).toBe(1)
  expect(said).toContain("nothing else to start from")
  expect((await stat(folder.in("dump.rdb"))).isFile()).toBe(true)
})

const deaths = Array.from({ length: STEPS }, (_, step) => [`before ${step + 1}`, `after ${step + 1}`]).flat()

it.each(deaths)("restores after a kill -9 %s", async (at) => {
  await using folder = await DataFolder.make()
  const { backup } = await backedUp(folder)
  await folder.copyIn(backup)
  await folder.stop()
  expect(await folder.startAndDie(at)).toMatchObject({ signal: "SIGKILL" })
  const redis = await folder.start()
  expect(await redis.get("stock")).toBe("100")
  const [aside = "none", ...more] = await folder.aside()
  expect(more).toEqual([])
  await redis.set("stock", "99")
  await folder.stop("SIGKILL")
  expect(await (await folder.start()).get("stock")).toBe("99")

  await folder.stop()
  await rm(folder.in("appendonlydir"), { recursive: true })
  await rename(folder.in(aside), folder.in("appendonlydir"))
  expect(await (await folder.start()).get("stock")).toBe("60")
})

it("takes a second dump that was copied in after the kill", async () => {
  await using folder = await DataFolder.make()
  const { backup, redis } = await backedUp(folder)
  const first = `${backup}.first`
  await rename(backup, first)
  try {
    await redis.save()
    const second = await folder.copyOut()
    await folder.copyIn(first)
    await folder.stop()
    await folder.startAndDie("after 3")
    await folder.copyIn(second)
    expect(await (await folder.start()).get("stock")).toBe("60")
    expect(await folder.aside()).toHaveLength(2)
  } finally {
    await rm(first, { force: true })
  }
})
