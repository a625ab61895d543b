/** `flash-sale doctor` on the embedded file: beside an engine, after one, and on one that is ill. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { freePort } from "../../servers/Ports.ts"
import * as Patient from "./Patient.ts"

const TIMEOUT = 120_000
/** What nobody knows on any machine of a test, and what depends on the machine. */
const OF_THE_MACHINE = ["clock.server", "folder.backup", "folder.disk", "machine.files"]

const own = (ids: ReadonlyArray<string>) => ids.filter((id) => !OF_THE_MACHINE.includes(id))

/** A running engine, and the environment that names it. */
const anEngine = async () => {
  const { HTTP_PORT: _, METRICS_PORT: __, ...paying } = await Patient.quiet()
  const env = { ...paying, DATA_DIR: join(await Services.folder(), "data") }
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  const ports = { HTTP_PORT: new URL(engine.url).port, METRICS_PORT: new URL(engine.metricsUrl).port }
  return { engine, env: { ...env, ...ports } }
}

it("finds nothing wrong in a running engine, says who runs, and changes nothing", { timeout: TIMEOUT }, async () => {
  const { engine, env } = await anEngine()
  const found = await Patient.examine(env)
  expect(own(found.ids("wrong"))).toEqual([])
  expect(own(found.ids("warning"))).toEqual([])
  expect(own(found.ids("not_looked_at"))).toEqual([])
  expect(found.code).toBe(0)
  expect(found.of("folder.lock").detail).toBe(`an engine works there: process ${engine.pid()}`)
  expect(found.of("gateway.port").detail).toMatch(/^0\.2\.0 at 127\.0\.0\.1:\d+ is healthy$/)
  expect(found.of("processor.port").detail).toMatch(/^0\.2\.0 at 127\.0\.0\.1:\d+ is healthy$/)
  expect(found.of("log.processors").detail).toBe("1 at work")

  // In another shell, which knows nothing of the ports.
  const elsewhere = await Patient.examine({ ...env, HTTP_PORT: String(await freePort()) })
  expect(elsewhere.of("gateway.port")).toMatchObject({
    verdict: "not_looked_at",
    detail: expect.stringMatching(/^an engine runs, and nothing listens at 127\.0\.0\.1:\d+: set HTTP_PORT here/)
  })
  expect(elsewhere.of("folder.lock").verdict).toBe("ok")

  const asked = await Patient.ask(engine.adminUrl, readFileSync(join(env.DATA_DIR, "admin.key"), "utf8").trim())
  const verdictOf = (id: string) => asked.findings.find((one) => one.id === id)?.verdict
  expect(asked.findings.map(({ id }) => id).toSorted()).toEqual(found.findings.map(({ id }) => id).toSorted())
  for (const { id, verdict } of found.findings) {
    // What would hold up orders is left to the command.
    expect(verdictOf(id), id).toBe(id === "folder.file" || id === "folder.damage" ? "not_looked_at" : verdict)
  }
  expect(asked.status).toBe(found.ids("warning").length > 0 ? "warning" : "ok")
  await engine.stop()

  const before = Patient.stateOf(env.DATA_DIR)
  const after = await Patient.examine(env)
  expect(Patient.stateOf(env.DATA_DIR)).toEqual(before)
  expect(after.of("log.processors")).toMatchObject({ verdict: "warning", mend: "start the engine: npm start" })
  expect(after.ids("warning")[0]).toBe("log.processors")
  expect(after.of("gateway.port").detail).toMatch(/^nothing listens at 127\.0\.0\.1:\d+ \(HTTP_PORT\)$/)
  expect(after.of("log.recovery").verdict).toBe("ok")
  expect(after.code).toBe(0)
})

it("leaves what a killed engine has left, to the byte", { timeout: TIMEOUT }, async () => {
  const { engine, env } = await anEngine()
  await engine.killHard()
  // SQLite's own index of a write-ahead log, which whoever reads it writes.
  const state = () => Patient.stateOf(env.DATA_DIR).filter((line) => !/^\w+\.sqlite-shm /.test(line))
  const before = state()
  const found = await Patient.examine(env)
  expect(state()).toEqual(before)
  expect(found.of("folder.lock").detail).toBe("no engine works there now")
  expect(found.of("folder.file").verdict).toBe("ok")
})

it("makes no folder, and says that no engine has worked there", { timeout: TIMEOUT }, async () => {
  const folder = await Services.folder()
  const env = { ...await Patient.quiet(), DATA_DIR: join(folder, "data") }
  const found = await Patient.examine(env)
  expect(found.of("folder.engine")).toMatchObject({ verdict: "wrong", mend: expect.stringContaining("npm start") })
  expect(found.ids("wrong")).toEqual(["folder.engine"])
  expect(found.ids("not_looked_at")).toEqual(expect.arrayContaining(["folder.permissions", "folder.file"]))
  expect(found.complaint).toBe("flash-sale: something is wrong: folder.engine")
  expect(found.code).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

it("says what is open to others, cut or damaged, each with how to mend it", { timeout: TIMEOUT }, async () => {
  const { engine, env } = await anEngine()
  await engine.stop()
  chmodSync(env.DATA_DIR, 0o755)
  const open = await Patient.examine(env)
  expect(open.of("folder.permissions")).toMatchObject({
    verdict: "wrong",
    detail: `${env.DATA_DIR} is open to other users (mode 0755)`,
    mend: `chmod -R go= ${env.DATA_DIR}`
  })
  chmodSync(env.DATA_DIR, 0o700)

  const file = join(env.DATA_DIR, "engine.sqlite")
  truncateSync(file, 8_192)
  const cut = await Patient.examine(env)
  expect(cut.of("folder.damage")).toMatchObject({ verdict: "wrong", mend: expect.stringContaining("backup") })
  expect(cut.code).toBe(1)
  writeFileSync(file, "no database at all, but longer than nothing ".repeat(500))
  const other = await Patient.examine(env)
  expect(other.of("folder.file")).toMatchObject({ verdict: "wrong", detail: expect.stringContaining("not a database") })
  expect(other.of("log.lag").verdict).toBe("not_looked_at")
})

it(
  "goes on past variables that make no sense, and tells a port that is not the engine's",
  { timeout: TIMEOUT },
  async () => {
    const port = await freePort()
    const server = createServer((_, answer) => answer.end("hello"))
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    onTestFinished(() => void server.close())
    const secret = join(await Services.folder(), "key")
    writeFileSync(secret, "k1 secret-that-is-never-shown", { mode: 0o644 })
    const data = join(await Services.folder(), "data")
    mkdirSync(data, { mode: 0o700 })
    const { PAYMENT_API_KEY: _, ...env } = await Patient.quiet()
    const found = await Patient.examine({
      ...env,
      DATA_DIR: data,
      HTTP_PORT: String(port),
      METRICS_PORT: "many",
      PAYMENT_API_KEY_FILE: secret
    })
    expect(found.of("settings.variables").detail).toContain("METRICS_PORT: \"many\" is not a port")
    expect(found.of("settings.secrets").detail).toContain("PAYMENT_API_KEY_FILE: ")
    expect(found.of("settings.secrets").detail).toContain("is open to other users (mode 0644)")
    expect(found.of("gateway.port")).toMatchObject({
      verdict: "warning",
      detail: expect.stringContaining("something else")
    })
    expect(found.of("processor.port").verdict).toBe("not_looked_at")
    expect(JSON.stringify(found.findings)).not.toContain("never-shown")
    expect(existsSync(join(data, "engine.sqlite"))).toBe(false)
  }
)

it("says what the engine would not start with, and looks at the file of the keys", { timeout: TIMEOUT }, async () => {
  const data = join(await Services.folder(), "data")
  mkdirSync(data, { mode: 0o700 })
  const env = { ...await Patient.quiet(), DATA_DIR: data }
  const secret = join(data, "buyer")
  writeFileSync(secret, "a secret that is never shown ".repeat(2), { mode: 0o644 })
  const exposed = await Patient.examine({ ...env, AUTH: "requird", ADMIN_PORT: "x", BUYER_TOKEN_SECRET_FILE: secret })
  for (const part of ["AUTH: \"requird\"", "ADMIN_PORT: \"x\"", "BUYER_TOKEN_SECRET_FILE: "]) {
    expect(exposed.of("settings.variables").detail).toContain(part)
  }
  expect(exposed.of("settings.secrets")).toMatchObject({
    verdict: "wrong",
    detail: expect.stringContaining("BUYER_TOKEN_SECRET_FILE: ")
  })
  expect(exposed.of("access.mode").verdict).toBe("not_looked_at")
  expect(JSON.stringify(exposed.findings)).not.toContain("never shown")

  const missing = await Patient.examine({ ...env, BUYER_TOKEN_SECRET_FILE: join(data, "nofile") })
  expect(missing.of("settings.secrets").verdict).toBe("wrong")
  expect(missing.of("access.mode")).toMatchObject({ verdict: "ok", detail: expect.stringContaining("open") })

  const keys = join(data, "keys.json")
  writeFileSync(keys, "garbage", { mode: 0o600 })
  const garbage = await Patient.examine(env)
  expect(garbage.of("keys.file")).toMatchObject({ verdict: "wrong", detail: expect.stringContaining(keys) })
  expect(garbage.of("keys.expiry").verdict).toBe("not_looked_at")
  writeFileSync(keys, "[]")
  chmodSync(keys, 0o644)
  expect((await Patient.examine(env)).of("keys.file").detail).toContain("is open to other users (mode 0644)")
})
