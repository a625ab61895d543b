/** What the OpenAPI document promises, asked by schemathesis of a running engine. */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { spawnLogged } from "../../servers/Processes.ts"
import * as Schemathesis from "../../servers/Schemathesis.ts"

const FULL = process.env["FULL"] === "1"
const EXAMPLES = 300
const SEED = process.env["SEED"] ?? "1"
const TIMEOUT = 600_000

/** An order that fits its schema may be refused for the engine's state: sold out, an id of another order. */
const CONFIG = `
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "403", "404", "409", "410", "422", "429", "503"]
`

const reasonOf = (error: unknown) => error instanceof Error ? error.message : String(error)

it("the engine keeps what its document promises", { timeout: TIMEOUT }, async ({ skip }) => {
  if (!FULL) skip("takes minutes and a download: npm run test:full")
  const program = await Schemathesis.program().catch((error: unknown) => skip(reasonOf(error)))
  const env = { DATA_DIR: await Services.folder(), PAYMENT_LATENCY: "5ms", RATE_LIMIT_MAX_REQUESTS: "1000" }
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  await Services.run(["stock", "set", "101", "1000000"], env)
  const cwd = await Services.folder()
  await writeFile(join(cwd, "schemathesis.toml"), CONFIG)
  const asking = await spawnLogged(program, [
    "run",
    `${engine.url}/openapi.json`,
    "--checks=all",
    "--continue-on-failure",
    "--no-color",
    `--seed=${SEED}`,
    `--max-examples=${EXAMPLES}`,
    "--request-timeout=10",
    // A stream of events does not end, and no answer of it ever would.
    "--exclude-path-regex=/events$"
  ], { cwd })
  const { code } = await asking.exit
  expect(asking.output()).toMatch(/\d+ generated, \d+ passed/)
  expect(code, asking.output()).toBe(0)
  expect(engine.output()).not.toContain("internal_error")
  expect(await engine.stop()).toEqual({ code: 0, signal: null })
})
