/** What a command loads, and what it takes: it is typed by a person who waits, or by a script a hundred times. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"
import { spawnLogged } from "../servers/Processes.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const LOADED = fileURLToPath(new URL("LoadedModules.ts", import.meta.url))
const TIMEOUT = 60_000
const MEGABYTES = 130
/**
 * Of the processor: about twice what a quiet machine takes, as programs that share a core take more of it. What passes
 * on the clock is another matter.
 */
const CPU_MILLIS = 1_500

interface Taken {
  readonly packages: ReadonlyArray<string>
  readonly cpuMillis: number
  readonly megabytes: number
}

const taken = async (folder: string, args: ReadonlyArray<string>): Promise<Taken> => {
  const report = join(folder, "loaded")
  const command = await spawnLogged(process.execPath, ["--import", LOADED, MAIN, ...args], {
    env: { DATA_DIR: folder, REDIS_ADDR: undefined, KAFKA_ADDR: undefined, LOADED_MODULES: report, NODE_OPTIONS: "" }
  })
  await command.exit
  const found: Taken = JSON.parse(await readFile(report, "utf8"))
  return found
}

it("a look at the embedded stock loads no library that it does not need", { timeout: TIMEOUT }, async () => {
  const folder = await Services.folder()
  await Services.run(["stock", "set", "101", "5", "--create"], { DATA_DIR: folder })
  // The first one leaves what Node has compiled.
  await taken(folder, ["stock", "get", "101"])
  const { cpuMillis, megabytes, packages } = await taken(folder, ["stock", "get", "101"])
  expect(packages.toSorted()).toEqual([
    "@effect/platform-node",
    "@effect/platform-node-shared",
    "cli",
    "domain",
    "effect",
    "infra",
    "operations"
  ])
  expect(megabytes).toBeLessThan(MEGABYTES)
  expect(cpuMillis).toBeLessThan(CPU_MILLIS)
})
