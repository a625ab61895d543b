/** How commands and services end, as processes: with which code, after which signal, and what they leave behind. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"
import { freePort } from "../servers/Ports.ts"
import { type Logged, spawnLogged } from "../servers/Processes.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const TIMEOUT = 120_000
/** How long a process may take that must not hang. Many times what it takes. */
const WITHIN_MILLIS = 20_000

/** Types a line into a shell, in which `flash-sale` is the command. */
const shell = async (
  line: string,
  env: Readonly<Record<string, string>> = {}
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const typed = await spawnLogged("bash", ["-c", `flash-sale() { exec ${process.execPath} ${MAIN} "$@"; }\n${line}`], {
    env: { REDIS_ADDR: undefined, KAFKA_ADDR: undefined, DATA_DIR: undefined, ADMIN_PORT: "off", ...env }
  })
  const late = setTimeout(() => typed.kill("SIGKILL"), WITHIN_MILLIS)
  const { code } = await typed.exit
  clearTimeout(late)
  return { code, output: typed.output() }
}

const serve = async (env: Readonly<Record<string, string>> = {}) => {
  const settings = { DATA_DIR: await Services.folder(), ...env }
  const engine = await Services.service("serve", settings)
  await engine.start()
  await engine.untilHealth(200)
  return { engine, settings }
}

const endsWithin = async (process: Logged, millis: number): Promise<number | null> => {
  const late = setTimeout(() => process.kill("SIGKILL"), millis)
  const { code } = await process.exit
  clearTimeout(late)
  return code
}

const buy = (url: string, requestId: string) =>
  fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: requestId, user_id: "u-1", item_id: "101", amount: 1 })
  })

describe("A folder", () => {
  it(
    "a working folder that is gone is an error of one line, for commands and engines",
    { timeout: TIMEOUT },
    async () => {
      const folder = await Services.folder()
      for (const command of ["stock get 101", "stock set 101 5 --create", "serve", "reconcile", "recover"]) {
        const name = join(folder, "gone")
        const line = `mkdir ${name}; cd ${name}; rmdir ${name}; flash-sale ${command}`
        const { code, output } = await shell(line, {
          HTTP_PORT: String(await freePort()),
          METRICS_PORT: String(await freePort())
        })
        expect([command, output]).toEqual([
          command,
          expect.stringContaining("the working folder of this process is gone")
        ])
        expect([command, code]).toEqual([command, 3])
      }
      expect(readdirSync(folder)).toEqual([])
    }
  )

  it("a whole path is used from a working folder that is gone", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    const gone = join(folder, "gone")
    const { code, output } = await shell(
      `mkdir ${gone}; cd ${gone}; rmdir ${gone}; flash-sale stock set 101 5 --create --data-dir ${folder}/data`
    )
    expect(output).toContain("item 101: the change is recorded")
    expect(code).toBe(0)
  })

  it("no command makes an engine where none is, but stock set --create", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    const commands = [
      "stock get mug",
      "stock set mug 5",
      "stock add mug 5 --create",
      "sale pause mug --create",
      "order show r-1",
      "dlq list",
      "reconcile",
      "recover",
      "recover --dry-run",
      "recover --accept-log --yes"
    ]
    for (const command of commands) {
      const { code, output } = await shell(`flash-sale ${command}`, { DATA_DIR: join(folder, "data") })
      expect([command, code]).toEqual([command, 3])
      expect(output).toContain(`flash-sale: cannot open ${join(folder, "data", "engine.sqlite")}: no engine has worked`)
      expect(existsSync(join(folder, "data"))).toBe(false)
    }
    const made = await shell("flash-sale stock set mug 5 --create", { DATA_DIR: join(folder, "data") })
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining("item mug: the change is recorded") })
    expect(existsSync(join(folder, "data", "engine.sqlite"))).toBe(true)
  })
})

describe("An engine's folder", () => {
  it("a second engine is refused though the lock's file was deleted", { timeout: TIMEOUT }, async () => {
    const { engine, settings } = await serve()
    await shell(`rm ${settings.DATA_DIR}/engine.lock`)
    const ports = { HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) }
    const second = await Services.flashSale(["serve"], { ...settings, ...ports })
    expect(await endsWithin(second, WITHIN_MILLIS)).toBe(1)
    expect(second.output()).toContain("flash-sale: another engine works in the folder")
    expect((await buy(engine.url, "r-1")).status).toBe(202)
    await engine.killHard()
    await engine.start()
    await engine.untilHealth(200)
  })

  it("an engine whose file was deleted takes no order that would be lost", { timeout: TIMEOUT }, async () => {
    const { engine, settings } = await serve()
    await shell(`rm ${settings.DATA_DIR}/engine.sqlite`)
    await engine.untilHealth(503)
    expect((await buy(engine.url, "r-1")).status).toBe(503)
    expect(await (await fetch(`${engine.metricsUrl}/health`)).text()).toContain("was deleted or replaced")
    expect(await engine.stop()).toMatchObject({ signal: null })
  })
})

describe("A signal", () => {
  it("SIGHUP ends a service as SIGTERM does: what is in hand is finished", { timeout: TIMEOUT }, async () => {
    const { engine } = await serve()
    expect((await buy(engine.url, "r-1")).status).toBe(202)
    process.kill(engine.pid(), "SIGHUP")
    await engine.untilEnd()
    expect(engine.output()).toContain("service_stopping")
    // An engine on one file has neither.
    expect(engine.output()).toContain("the log in the embedded file answers")
    expect(engine.output()).not.toMatch(/kafka answers|redis answers/)
    expect(await engine.stop()).toEqual({ code: 0, signal: null })
  })

  it("Ctrl-C ends a load run at once, and it says what was sent", { timeout: TIMEOUT }, async () => {
    const { engine, settings } = await serve({ RATE_LIMIT_MAX_REQUESTS: "100000" })
    const load = await Services.flashSale(
      ["load", "--orders", "20000", "--rate", "2000", "--url", engine.url],
      settings
    )
    await load.waitFor((output) => /[1-9]\d* of 20000 {2}orders answered/.test(output))
    const asked = performance.now()
    load.kill("SIGINT")
    expect(await endsWithin(load, WITHIN_MILLIS)).toBe(1)
    // A second on a machine that does nothing else.
    expect(performance.now() - asked).toBeLessThan(5_000)
    expect(load.output()).toMatch(/Interrupted after .* of 20000 orders were sent, \d+ answered:\n/)
    expect(load.output()).toMatch(/^ +\d+ {2}202 accepted$/m)
    expect(load.output()).toContain("The books were not checked.")
    expect(load.output()).toContain("flash-sale: interrupted before it was done")
  })

  it("a command that is interrupted has not done its work", { timeout: TIMEOUT }, async () => {
    const env = { REDIS_ADDR: `127.0.0.1:${await freePort()}`, KAFKA_ADDR: `127.0.0.1:${await freePort()}` }
    const reconcile = await Services.flashSale(["reconcile"], env)
    await reconcile.waitFor("engine: ")
    reconcile.kill("SIGINT")
    expect(await endsWithin(reconcile, WITHIN_MILLIS)).toBe(1)
    expect(reconcile.output()).toContain("flash-sale: interrupted before it was done")
  })
})

describe("A code", () => {
  it("a line that is no command ends with 2, and nothing is on standard output", { timeout: TIMEOUT }, async () => {
    for (
      const line of ["stock set", "stock set 101 many", "nothing", "reconcile --every 1h --apply", "sale price 1 x"]
    ) {
      const { code, output } = await shell(`flash-sale ${line} 2>/dev/null`)
      expect({ line, code, output }).toEqual({ line, code: 2, output: "" })
    }
    const wrong = await shell("flash-sale stock get 101", { DATA_DIR: "x", KAFKA_ADDR: "nowhere" })
    expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining("flash-sale: KAFKA_ADDR: ") })
    const help = await shell("flash-sale stock set --help 2>/dev/null")
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining("flash-sale stock set") })
  })

  it("servers that are away end a command with 3, in lines for a person", { timeout: TIMEOUT }, async () => {
    const env = { REDIS_ADDR: `127.0.0.1:${await freePort()}`, KAFKA_ADDR: `127.0.0.1:${await freePort()}` }
    for (const command of ["stock get 101", "stock set 101 5", "reconcile"]) {
      const { code, output } = await shell(`flash-sale ${command}`, env)
      expect([command, code]).toEqual([command, 3])
      expect(output).toContain(`engine: the topic orders of Kafka at ${env.KAFKA_ADDR}, Redis at ${env.REDIS_ADDR}`)
      expect(output.split("\n").filter((line) => line !== "" && !/^(flash-sale|engine): /.test(line))).toEqual([])
      expect(output).not.toContain("(#")
    }
  })

  it("a service whose port is taken begins nothing", { timeout: TIMEOUT }, async () => {
    const { engine } = await serve()
    const folder = join(await Services.folder(), "data")
    const variables = ["HTTP_PORT", "METRICS_PORT", "ADMIN_PORT"] as const
    for (const taken of variables) {
      const free = await Promise.all(variables.map(async (variable) => [variable, String(await freePort())] as const))
      const ports = { ...Object.fromEntries(free), [taken]: new URL(engine.url).port }
      const { code, output } = await shell("flash-sale serve", { DATA_DIR: folder, ...ports })
      expect(code).toBe(1)
      expect(output).toMatch(new RegExp(`^flash-sale: cannot listen on port \\d+[^(]* \\(${taken}\\)`))
      expect(existsSync(folder)).toBe(false)
    }
    const port = String(await freePort())
    const { code, output } = await shell("flash-sale serve", { DATA_DIR: folder, HTTP_PORT: port, METRICS_PORT: port })
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^flash-sale: cannot listen on port \d+ \(METRICS_PORT\)/)
    ])
  })
})

describe("A line in which a value begins with -", () => {
  it("is an error of one line, and changes nothing", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    for (const line of ["sale open mug --create --at -1h", "sale open mug --create --at=-1h"]) {
      const { code, output } = await shell(`flash-sale ${line} --data-dir ${folder}/data`)
      expect([line, code, output.trim().split("\n").length]).toEqual([line, 2, 1])
    }
    expect(readdirSync(folder)).toEqual([])
  })
})
