/** The key of the first run: told once, at a terminal or in a file, and never in a log. */
import { expect, it } from "@effect/vitest"
import * as FirstKey from "@flash-sale/cli/processes/FirstKey"
import * as Infra from "@flash-sale/infra/Infra"
import { Console, Effect, Layer, Logger, Stdio } from "effect"
import { TestConsole } from "effect/testing"
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Services from "../../chaos/Services.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"

const TIMEOUT = 60_000

/** Starts an engine's first steps on the folder; what it prints and what it logs. */
const start = Effect.fnUntraced(function*(dataDir: string, isTerminal: boolean, keysFile?: string, isOff = false) {
  const admin = isOff ? undefined : { port: 8081, host: "127.0.0.1", variable: "ADMIN_PORT" as const }
  const console = yield* TestConsole.make
  const logged: Array<string> = []
  const logger = Logger.make(({ message }) => void logged.push(String(message)))
  yield* Effect.scoped(Layer.build(
    FirstKey.layer(dataDir, { keysFile }, admin).pipe(
      Layer.provide(Infra.layerEmbedded({ dataDir })),
      Layer.provide([Stdio.layerTest({ stdoutIsTerminal: Effect.succeed(isTerminal) }), Logger.layer([logger])])
    )
  )).pipe(Effect.provideService(Console.Console, console))
  return { printed: (yield* console.logLines).map(String), logged }
})

const keyIn = (text: string): string | undefined => /fs_admin_[0-9A-Za-z]{32}/.exec(text)?.[0]
const modeOf = (path: string): number => statSync(path).mode & 0o777
const CONSOLE = "Console: http://127.0.0.1:8081/console"
const ANOTHER = "Admin API: http://127.0.0.1:8081 (flash-sale key create --name NAME --scopes admin makes a key)"

it.effect("a terminal shows the key on the first run, and never again", () =>
  Effect.gen(function*() {
    const folder = join(yield* Folders.temporary, "data")
    const first = yield* start(folder, true)
    expect(first.printed).toEqual([
      expect.stringMatching(/^Console: http:\/\/127\.0\.0\.1:8081\/console#key=fs_admin_[0-9A-Za-z]{32}$/),
      expect.stringMatching(/^Admin API: http:\/\/127\.0\.0\.1:8081 key: fs_admin_[0-9A-Za-z]{32}$/)
    ])
    expect(first.logged.filter((line) => keyIn(line) !== undefined)).toEqual([])
    expect(statSync(join(folder, "admin.key"), { throwIfNoEntry: false })).toBeUndefined()
    expect([modeOf(folder), modeOf(join(folder, "keys.json"))]).toEqual([0o700, 0o600])
    expect((yield* start(folder, true)).printed).toEqual([CONSOLE, ANOTHER])
    expect((yield* start(folder, true, undefined, true)).printed).toEqual([
      "There is no admin API, as ADMIN_PORT is off (flash-sale key create --name NAME --scopes admin makes a key)"
    ])
    expect((yield* start(folder, false)).logged).toContain(ANOTHER)
    expect(yield* Infra.keys.list(join(folder, "keys.json"))).toMatchObject([{ name: "admin", scopes: ["admin"] }])
  }))

it.effect("the file of the key is for its owner alone, whatever was there before", () =>
  Effect.gen(function*() {
    const folder = join(yield* Folders.temporary, "data")
    mkdirSync(folder, { mode: 0o700 })
    const path = join(folder, "admin.key")
    writeFileSync(path, "fs_admin_old\n")
    chmodSync(path, 0o640)
    yield* start(folder, false)
    expect(keyIn(readFileSync(path, "utf8"))).toBeDefined()
    expect(modeOf(path)).toBe(0o600)
  }))

it.effect("where a file of keys is named its owner makes them", () =>
  Effect.gen(function*() {
    const folder = join(yield* Folders.temporary, "data")
    const named = join(folder, "named.json")
    expect((yield* start(folder, true, named)).printed).toEqual([CONSOLE, ANOTHER])
    expect(statSync(named, { throwIfNoEntry: false })).toBeUndefined()
    expect(statSync(join(folder, "keys.json"), { throwIfNoEntry: false })).toBeUndefined()
  }))

it(
  "a process without a terminal keeps it in a file, and a bad file of keys stops its start",
  { timeout: TIMEOUT },
  async () => {
    const folder = join(await Services.folder(), "data")
    const engine = await Services.service("serve", { DATA_DIR: folder })
    await engine.start()
    await engine.untilHealth(200)
    const path = join(folder, "admin.key")
    const key = keyIn(readFileSync(path, "utf8"))
    expect(key).toBeDefined()
    expect(modeOf(path)).toBe(0o600)
    expect(engine.output()).toContain(`Admin API: ${engine.adminUrl}, its key is in ${path}`)
    expect(engine.output()).toContain(`Console: ${engine.adminUrl}/console"`)
    expect(keyIn(engine.output())).toBeUndefined()
    expect(await engine.stop()).toEqual({ code: 0, signal: null })

    const keysFile = join(folder, "keys.json")
    chmodSync(keysFile, 0o644)
    const refused = await Services.run(["serve"], { DATA_DIR: folder, HTTP_PORT: "1", METRICS_PORT: "1" })
    expect(refused.code).not.toBe(0)
    await engine.start()
    await engine.untilEnd()
    expect(engine.output()).toContain(
      `flash-sale: the api keys cannot be used: ${keysFile} is open to other users (mode 0644): chmod 0640, or less`
    )
  }
)
