/** "Trying it" of docs/payments.md, typed as it is there on the machine's own Node, which may be 20. */
import { assert, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { freePort } from "../servers/Ports.ts"
import { spawnLogged, until } from "../servers/Processes.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const [, section = ""] = readFileSync(join(root, "docs/payments.md"), "utf8").split("\n## Trying it\n")
const blocks = Array.from(section.split("\n## ")[0]!.matchAll(/^```bash\n([\s\S]*?)^```/gm), ([, block = ""]) => block)

/** Without the Node of node_modules, which npm puts in front for itself. */
const PATH = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules")).join(
  delimiter
)

/** In the place of the shell, so that a signal reaches what was typed. */
const typed = (line: string, env: Readonly<Record<string, string>>) =>
  spawnLogged("bash", ["-c", line.replace(/ (?=n(?:pm|ode) )/, " exec ")], { cwd: root, env })

const answers = (url: string): Promise<boolean> => fetch(url).then(({ ok }) => ok, () => false)

it("the provider starts, the engine charges by it, and the order is completed", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-trying-"))
  const [provider, engine] = [await freePort(), await freePort()]
  const env = {
    PATH,
    HTTP_PORT: String(engine),
    ADMIN_PORT: "off",
    METRICS_PORT: String(await freePort()),
    DATA_DIR: join(folder, "data")
  }
  const mine = (text: string): string =>
    text.replaceAll("20001", String(provider)).replaceAll("localhost:8080", `localhost:${engine}`)
      .replaceAll("/tmp/ledger", join(folder, "ledger"))
  const [startProvider = "", startEngine = "", order = "", ...more] = blocks.map(mine)
  assert.deepStrictEqual(more, [])
  const providing = await typed(startProvider, env)
  const serving = await typed(startEngine, env)
  try {
    await until("the provider answers", () => answers(`http://localhost:${provider}/ledger`))
    await until("the engine is healthy", () => answers(`http://localhost:${engine}/health`))
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", order], {
      cwd: root,
      env: { ...process.env, ...env }
    })
    assert.match(stdout, /"status":"Order Queued"/)
    await until("the order is completed", async () => {
      const response = await fetch(`http://localhost:${engine}/orders/paid-1`)
      return /"status":"COMPLETED"/.test(await response.text())
    })
    const ledger = await (await fetch(`http://localhost:${provider}/ledger`)).text()
    assert.match(ledger, /"101:paid-1:1":\{"state":"paid"/)
  } finally {
    for (const each of [serving, providing]) {
      each.kill("SIGTERM")
      await each.exit
    }
    await rm(folder, { recursive: true, force: true })
  }
})
