/** `deploy/haproxy/compose.cfg`: as many gateways as the name has addresses, each for as long as it takes orders. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"
import { freePort } from "../servers/Ports.ts"
import { spawnLogged, until } from "../servers/Processes.ts"
import { find } from "../servers/Programs.ts"
import * as NameServer from "./NameServer.ts"

const CONFIG = fileURLToPath(new URL("../../deploy/haproxy/compose.cfg", import.meta.url))
const ADDRESSES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]

/** A gateway as far as the proxy sees one. It says which it is. */
const gateway = async (host: string, port: number) => {
  const state = { isReady: true }
  const server: Server = createServer((request, response) => {
    const status = request.url === "/readyz" && !state.isReady ? 503 : 200
    response.writeHead(status, { connection: "close" }).end(host)
  })
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve))
  onTestFinished(() => void server.close())
  return state
}

it("finds gateways that are added and leaves those that end, at one port", { timeout: 60_000 }, async (context) => {
  const haproxy = await find("haproxy")
  if (haproxy === undefined) return context.skip("no haproxy on the PATH")
  const [inside, outside, state] = [await freePort(), await freePort(), await freePort()]
  let known = ADDRESSES.slice(0, 1)
  const names = await NameServer.serve("gateway", () => known)
  onTestFinished(names.stop)
  const gateways = await Promise.all(ADDRESSES.map((address) => gateway(address, inside)))
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-haproxy-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  const moved = (await readFile(CONFIG, "utf8")).replace("127.0.0.11:53", `127.0.0.1:${names.port}`)
    .replace("bind :8080", `bind 127.0.0.1:${outside}`).replace("gateway:8080", `gateway:${inside}`)
    .replace("127.0.0.1:8404", `127.0.0.1:${state}`)
  await writeFile(join(folder, "haproxy.cfg"), moved)
  const proxy = await spawnLogged(haproxy, ["-f", join(folder, "haproxy.cfg")])
  onTestFinished(async () => {
    proxy.kill("SIGKILL")
    await proxy.exit
  })

  const asked = (port: number, path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })
      .then(async (response) => response.ok ? await response.text() : String(response.status), () => "none")
  /** Who answers, of some requests one after the other. */
  const who = async () => {
    const answers: Array<string> = []
    for (let request = 0; request < 9; request++) answers.push(await asked(outside, "/items/101"))
    return [...new Set(answers)].toSorted()
  }
  const untilThey = (what: string, are: ReadonlyArray<string>) =>
    until(what, async () => JSON.stringify(await who()) === JSON.stringify(are), 20_000)

  await untilThey("the one that there is answers", ADDRESSES.slice(0, 1))
  expect(await asked(state, "/running")).toContain("Service ready")
  known = ADDRESSES
  await untilThey("all three answer", ADDRESSES)
  gateways[1]!.isReady = false
  await untilThey("the one that ends is left", [ADDRESSES[0]!, ADDRESSES[2]!])
  known = ADDRESSES.slice(2)
  await untilThey("those that are gone are forgotten", ADDRESSES.slice(2))
  known = []
  gateways[2]!.isReady = false
  await untilThey("without a gateway it says so", ["503"])
})
