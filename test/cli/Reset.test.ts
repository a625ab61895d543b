/** `flash-sale reset`, as it is typed beside an engine, and where there is none. */
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"

const TIMEOUT = 120_000

it("an engine's data is forgotten while none works, and its keys stay", { timeout: TIMEOUT }, async () => {
  const settings = { DATA_DIR: await Services.folder() }
  const engine = await Services.service("serve", settings)
  await engine.start()
  await engine.untilHealth(200)
  await Services.run(["stock", "set", "mug", "7"], settings)
  const running = await Services.run(["reset", "--yes"], settings)
  expect(running).toMatchObject({ code: 1, output: expect.stringContaining("another engine works in the folder") })
  expect((await Services.run(["stock", "get", "mug"], settings)).output).toContain("available 7")
  await engine.stop()

  writeFileSync(join(settings.DATA_DIR, "mine.txt"), "not the engine's")
  const before = readdirSync(settings.DATA_DIR)
  const asked = await Services.run(["reset"], settings)
  expect(asked).toMatchObject({ code: 1, output: expect.stringContaining("nothing was changed") })
  expect(asked.output).toMatch(/would remove archive\.sqlite.*, orders\.high, /)
  expect(readdirSync(settings.DATA_DIR)).toEqual(before)

  const done = await Services.run(["reset", "--yes", "--json"], settings)
  expect(done.code).toBe(0)
  expect(JSON.parse(done.output)).toMatchObject({
    done: true,
    removed: expect.arrayContaining(["archive.sqlite", "orders.high", "engine.sqlite"]),
    left: expect.arrayContaining(["mine.txt", "payment-token.keys"])
  })
  expect(readdirSync(settings.DATA_DIR)).toEqual(expect.arrayContaining(["mine.txt", "payment-token.keys"]))
  expect(existsSync(join(settings.DATA_DIR, "engine.sqlite"))).toBe(false)
  expect(existsSync(join(settings.DATA_DIR, "archive.sqlite"))).toBe(false)
  expect(await Services.run(["reset", "--yes"], settings)).toMatchObject({
    code: 3,
    output: expect.stringContaining("no engine has worked there")
  })

  const again = await Services.service("serve", settings)
  await again.start()
  await again.untilHealth(200)
  expect((await Services.run(["stock", "get", "mug"], settings)).code).toBe(1)
  expect((await Services.run(["stock", "get", "101"], settings)).output).toContain("available 100")
  await again.stop()
})

it("Kafka and Redis are not reset by a command, which says what to do", { timeout: TIMEOUT }, async () => {
  const refused = await Services.run(["reset", "--yes"], { REDIS_ADDR: "127.0.0.1:1" })
  expect(refused).toMatchObject({ code: 2, output: expect.stringContaining("Starting afresh") })
})
