/** HAProxy with the configuration that is deployed, in front of two gateways of a test. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import { freePort } from "../../servers/Ports.ts"
import { spawnLogged, until } from "../../servers/Processes.ts"

export const CONFIGURATION = fileURLToPath(new URL("../../../deploy/haproxy/haproxy.cfg", import.meta.url))

export type Side = "blue" | "green"

export interface Proxy {
  readonly url: string
  /** Waits until it sends orders to this side, or does not any more. */
  readonly untilUses: (side: Side, isUsed: boolean) => Promise<void>
}

/** The same text with the addresses of this test; fails where it has others than the ones that are replaced. */
const withAddresses = (text: string, addresses: Readonly<Record<string, string>>): string =>
  Object.entries(addresses).reduce((changed, [from, to]) => {
    if (changed.split(from).length !== 2) throw new Error(`${from} is not there once`)
    return changed.replace(from, to)
  }, text)

/** Runs until the test ends. */
export const start = async (gateways: Readonly<Record<Side, string>>): Promise<Proxy> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-proxy-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [orders, state] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const text = await readFile(CONFIGURATION, "utf8")
  const file = join(folder, "haproxy.cfg")
  await writeFile(
    file,
    withAddresses(text, {
      "bind 127.0.0.1:8000": `bind ${orders}`,
      "bind 127.0.0.1:8404": `bind ${state}`,
      "server blue 127.0.0.1:8080": `server blue ${new URL(gateways.blue).host}`,
      "server green 127.0.0.1:8081": `server green ${new URL(gateways.green).host}`
    })
  )
  const proxy = await spawnLogged("haproxy", ["-db", "-f", file])
  onTestFinished(async () => {
    proxy.kill("SIGKILL")
    await proxy.exit
  })
  const stateOf = async (side: Side): Promise<string | undefined> => {
    const response = await fetch(`http://${state}/;csv`).catch(() => undefined)
    const [heading = "", ...rows] = (await response?.text() ?? "").split("\n")
    const column = heading.split(",").indexOf("status")
    return rows.find((row) => row.startsWith(`gateways,${side},`))?.split(",")[column]
  }
  return {
    url: `http://${orders}`,
    untilUses: (side, isUsed) =>
      until(`the proxy ${isUsed ? "uses" : "leaves"} ${side}`, async () => {
        if (!proxy.isRunning()) throw new Error(`haproxy has ended: ${proxy.output()}`)
        const found = await stateOf(side)
        return found !== undefined && found.startsWith("UP") === isUsed
      })
  }
}
