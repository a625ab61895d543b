/** Commands through the admin API of a real engine, as processes: it is killed under them, watched, and refused. */
import { readFile } from "node:fs/promises"
import { type AddressInfo, connect, createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"

const TIMEOUT = 180_000

const engine = async () => {
  const folder = join(await Services.folder(), "data")
  const serve = await Services.service("serve", { DATA_DIR: folder, SHUTDOWN_NOTICE: "0ms" })
  await serve.start()
  await serve.untilHealth(200)
  const remote = {
    FLASH_SALE_URL: serve.adminUrl,
    FLASH_SALE_KEY_FILE: join(folder, "admin.key"),
    DATA_DIR: undefined
  } as unknown as Readonly<Record<string, string>>
  return { serve, remote, folder, key: (await readFile(join(folder, "admin.key"), "utf8")).trim() }
}

/** Passes on what comes, and says how much that was. */
const relayTo = async (port: number) => {
  let bytes = 0
  const server = createServer((from) => {
    const to = connect(port, "127.0.0.1")
    for (const [one, other] of [[from, to], [to, from]] as const) {
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
    from.on("data", (chunk) => {
      bytes += chunk.length
      to.write(chunk)
    })
    to.pipe(from)
  })
  await new Promise<void>((listens) => void server.listen(0, "127.0.0.1", listens))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes: () => bytes }
}

describe("commands through the admin API of a process", () => {
  it("an engine that is killed half-way counts the change once", { timeout: TIMEOUT }, async () => {
    const { key, remote, serve } = await engine()
    const relay = await relayTo(Number(new URL(serve.adminUrl).port))
    // The request reaches an engine that does nothing any more.
    serve.freeze()
    const adding = await Services.flashSale(["stock", "add", "101", "7", "--reason", "a kill"], {
      ...remote,
      FLASH_SALE_URL: relay.url
    })
    await until("the request is on its way", async () => relay.bytes() > 0)
    await serve.killHard()
    await serve.start()
    const { code } = await adding.exit
    expect([code, adding.output()]).toEqual([0, expect.stringContaining("item 101: available 107, held 0, sold 0")])
    expect(adding.output()).not.toContain(key)
    const got = await Services.run(["stock", "get", "101"], remote)
    expect([got.code, got.output.trim()]).toEqual([0, "item 101: available 107, held 0, sold 0"])
    expect(got.engine).toBe(`engine: the admin API at ${serve.adminUrl}`)
  })

  it("the overview is watched both ways, until it is told to stop", { timeout: TIMEOUT }, async () => {
    const { folder, remote, serve } = await engine()
    await until("both services have reported", async () => (await Services.run(["overview"], remote)).code === 0)
    for (const env of [remote, { DATA_DIR: folder }]) {
      const watching = await Services.flashSale(["overview", "--watch", "--json"], env)
      const lines = () => watching.output().split("\n").filter((line) => line.startsWith("{"))
      await until("it has printed three", async () => lines().length >= 3)
      watching.kill("SIGINT")
      expect((await watching.exit).code).toBe(0)
      const snapshot = JSON.parse(lines()[0]!)
      expect(snapshot).toMatchObject({ status: "healthy", gateways: { count: 1 }, processors: { count: 1 } })
    }
    const text = (await Services.run(["overview"], { DATA_DIR: folder })).output
    expect(text).toMatch(/^engine +healthy\n/)
    expect(text).toMatch(/\ngateways +1, orders a second: received /)
    const watching = await Services.flashSale(["overview", "--watch"], remote)
    await until("it watches", async () => watching.output().includes("engine        healthy"))
    await serve.killHard()
    expect((await watching.exit).code).toBe(3)
  })

  it("what works on this machine alone refuses another one", { timeout: TIMEOUT }, async () => {
    const folder = await Services.folder()
    const lines = ["serve", "gateway", "processor", "recover", "reconcile", "backup x", "restore x", "key list"]
    for (const line of [...lines, "reset --yes", "doctor", "item import x.csv"]) {
      const { code, output } = await Services.run([...line.split(" "), "--url", "http://h"], { DATA_DIR: folder })
      expect([line, code, output.trim().split("\n").length]).toEqual([line, 2, 1])
      expect(output).toContain("flash-sale: --url: ")
    }
    for (const line of ["reset --yes", "reconcile --apply", "item import x.csv"]) {
      const env = { DATA_DIR: folder, FLASH_SALE_URL: "http://127.0.0.1:8081" }
      const { code, output } = await Services.run(line.split(" "), env)
      expect([line, code, output.trim().split("\n").length]).toEqual([line, 2, 1])
      expect(output).toContain("flash-sale: FLASH_SALE_URL: is set, and ")
      const here = await Services.run([...line.split(" "), "--data-dir", folder], env)
      expect(here.output).not.toContain("FLASH_SALE_URL")
    }
  })
})
