/** `npm start` as a supervisor runs it: a signal to npm ends the engine, and npm exits as the engine did. */
import { assert, it } from "@effect/vitest"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../servers/Ports.ts"
import { spawnLogged, until } from "../servers/Processes.ts"

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => ok, () => false)

it("npm start ends with 0 on SIGTERM, and leaves nothing behind", { timeout: 90_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-start-"))
  const port = await freePort()
  const npm = await spawnLogged("npm", ["start"], {
    env: {
      HTTP_PORT: String(port),
      METRICS_PORT: String(await freePort()),
      ADMIN_PORT: String(await freePort()),
      DATA_DIR: folder
    }
  })
  try {
    await until("the engine is healthy", () => answers(port))
    npm.kill("SIGTERM")
    assert.deepStrictEqual(await npm.exit, { code: 0, signal: null })
    assert.isFalse(await answers(port))
  } finally {
    npm.kill("SIGKILL")
    await rm(folder, { recursive: true, force: true })
  }
})
