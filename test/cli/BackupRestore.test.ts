/** `flash-sale backup` and `restore` as they are typed, beside an engine that sells. */
import { existsSync, readdirSync } from "node:fs"
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Load from "../chaos/Load.ts"
import * as Services from "../chaos/Services.ts"

const TIMEOUT = 180_000
const WHOLE = /a whole backup of \d{4}-\d\d-\d\dT[\d:.]+Z, with (\d+) records of the log and \d+ items\n/
const NOT_IN_IT = "not in it: keys.json, payment-token.keys in "

it("a backup under load becomes an engine whose store is the fold of its log", { timeout: TIMEOUT }, async () => {
  const settings = { DATA_DIR: await Services.folder(), PAYMENT_LATENCY: "50ms" }
  const folder = await Services.folder()
  const file = join(folder, "backup.sqlite")
  const engine = await Services.service("serve", settings)
  await engine.start()
  await engine.untilHealth(200)
  await Load.balanced({
    url: engine.url,
    env: settings,
    orders: 1_500,
    rate: 300,
    blows: [async () => {
      const made = await Services.run(["backup", file], settings)
      expect(made).toMatchObject({ code: 0, output: expect.stringMatching(WHOLE) })
      expect(made.output).toContain(NOT_IN_IT)
      expect(made.engine).toBe(`engine: the file in ${settings.DATA_DIR}`)
    }]
  })

  const again = await Services.run(["backup", file], settings)
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining("only --force replaces it") })
  const { ino } = await stat(join(settings.DATA_DIR, "engine.sqlite"))
  for (const name of ["engine.sqlite", "engine.sqlite-wal", "payment-token.keys", "orders.high"]) {
    const over = await Services.run(["backup", join(settings.DATA_DIR, name), "--force"], settings)
    expect(over).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^flash-sale: .* is a file of an engine.*\n$/)
    })
  }
  // The engine writes on in the file that it has.
  expect((await stat(join(settings.DATA_DIR, "engine.sqlite"))).ino).toBe(ino)
  await engine.untilHealth(200)
  for (const path of [join(file, "x"), join(file, "x", "y"), join(folder, "new/"), "/dev/null", ""]) {
    const none = await Services.run(["backup", path, "--force"], settings)
    expect(none, path).toMatchObject({ code: 2, output: expect.stringMatching(/^flash-sale: [^\n]+\n$/) })
  }
  const onto = await Services.run(["restore", file], settings)
  expect(onto).toMatchObject({ code: 1, output: expect.stringContaining("another engine works in the folder") })

  const env = { ...settings, DATA_DIR: join(folder, "restored") }
  const restored = await Services.run(["restore", file], env)
  expect(restored).toMatchObject({ code: 0, output: expect.stringMatching(WHOLE) })
  expect(restored.output).toContain("what came after it is not in the books")
  const second = await Services.service("serve", env)
  await second.start()
  await second.untilHealth(200)
  expect(await Services.run(["reconcile"], env)).toMatchObject({
    code: 0,
    output: expect.stringContaining(" 0 differ")
  })
  expect(await second.stop()).toEqual({ code: 0, signal: null })
})

it("there is no backup of nothing, and none of Kafka and Redis", { timeout: TIMEOUT }, async () => {
  const folder = await Services.folder()
  const nothing = await Services.run(["backup", join(folder, "x")], { DATA_DIR: join(folder, "data") })
  expect(nothing).toMatchObject({ code: 3, output: expect.stringContaining("no engine has worked there") })
  const none = await Services.run(["restore", join(folder, "x")], { DATA_DIR: join(folder, "data") })
  expect([none.code, existsSync(join(folder, "data"))]).toEqual([1, false])
  for (const command of ["backup", "restore"]) {
    const refused = await Services.run([command, join(folder, "x")], { REDIS_ADDR: "127.0.0.1:1" })
    expect(refused).toMatchObject({ code: 2, output: expect.stringContaining("are for the embedded file") })
  }
  expect(readdirSync(folder)).toEqual([])
})
