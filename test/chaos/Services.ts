/** The engine's own processes, started as a user starts them, at ports of their own. */
import * as EngineName from "@flash-sale/cli/terminal/EngineName"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import { freePort } from "../servers/Ports.ts"
import { type Exit, type Logged, spawnLogged, until } from "../servers/Processes.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const NODE_FLAGS = ["--disable-warning=TimeoutNegativeWarning"]

type Env = Readonly<Record<string, string>>

/** Nothing of the environment in which the tests run reaches an engine. Those beside each other have one admin port. */
const BARE = {
  REDIS_ADDR: undefined,
  KAFKA_ADDR: undefined,
  DATA_DIR: undefined,
  LOG_LEVEL: undefined,
  ARCHIVE_URL: undefined,
  ADMIN_PORT: "off"
}

/** Where `KEEP_LOGS` names a folder, what each process writes is kept there. */
const logOf = (command: string): { readonly log?: string } => {
  const folder = process.env["KEEP_LOGS"]
  return folder === undefined ? {} : { log: join(folder, `${Math.floor(performance.now())}-${command}.log`) }
}

/** Runs `flash-sale` with these arguments until the test ends; `main` is its first file, of this build or another. */
export const flashSale = async (args: ReadonlyArray<string>, env: Env = {}, main = MAIN): Promise<Logged> => {
  const started = await spawnLogged(process.execPath, [...NODE_FLAGS, main, ...args], {
    env: { ...BARE, ...env },
    ...logOf(args[0]!)
  })
  onTestFinished(async () => {
    started.kill("SIGKILL")
    await started.exit
  })
  return started
}

/** Runs a command to its end. What it says of the engine that it talks to is not among its output. */
export const run = async (
  args: ReadonlyArray<string>,
  env: Env = {}
): Promise<Exit & { readonly output: string; readonly engine: string | undefined }> => {
  const command = await flashSale(args, env)
  const exit = await command.exit
  const lines = command.output().split("\n")
  const isEngine = (line: string) => line.startsWith(EngineName.PREFIX)
  return {
    ...exit,
    output: lines.filter((line) => !isEngine(line)).join("\n"),
    engine: lines.find(isEngine)
  }
}

/** A new api key with these scopes, in the file of keys that the environment names. */
export const apiKey = async (scopes: string, env: Env): Promise<string> => {
  const { output } = await run(["key", "create", "--name", `key-${randomUUID().slice(0, 8)}`, "--scopes", scopes], env)
  const key = /^fs_\S+$/m.exec(output)?.[0]
  if (key === undefined) throw new Error(`no key was made:\n${output}`)
  return key
}

/** A folder that is gone with the test. */
export const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "flash-sale-chaos-"))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** One service that can be killed and started again at the same port. */
export interface Service {
  /** Where its `/health` is. */
  readonly url: string
  readonly start: () => Promise<void>
  /** Waits until `/health` answers with this status. */
  readonly untilHealth: (status: 200 | 503) => Promise<void>
  readonly killHard: () => Promise<void>
  /** It goes on listening, and does nothing. */
  readonly freeze: () => void
  readonly thaw: () => void
  readonly untilEnd: () => Promise<void>
  /** SIGTERM, and what it ends with. */
  readonly stop: () => Promise<Exit>
  /** Where `/health` of the processor is, which `serve` has beside the gateway's. */
  readonly metricsUrl: string
  /** Where the admin API is, which `serve` has, and a gateway with a file of keys. */
  readonly adminUrl: string
  readonly pid: () => number
  /** What its present process has written. */
  readonly output: () => string
}

export const service = async (
  command: "serve" | "gateway" | "processor" | "archive" | "webhooks",
  env: Env,
  main = MAIN
): Promise<Service> => {
  const http = await freePort()
  const metrics = await freePort()
  const admin = await freePort()
  const url = `http://127.0.0.1:${command === "serve" || command === "gateway" ? http : metrics}`
  let running: Logged | undefined
  const now = (): Logged => {
    if (running === undefined) throw new Error(`${command} was never started`)
    return running
  }
  return {
    url,
    metricsUrl: `http://127.0.0.1:${metrics}`,
    adminUrl: `http://127.0.0.1:${admin}`,
    pid: () => now().pid,
    output: () => now().output(),
    start: async () => {
      running = await flashSale([command], {
        HTTP_PORT: String(http),
        METRICS_PORT: String(metrics),
        ...(command === "serve" || env["API_KEYS_FILE"] !== undefined ? { ADMIN_PORT: String(admin) } : {}),
        ...env
      }, main)
    },
    untilHealth: async (status) => {
      const ends = now()
      await until(`${command}: health ${status}`, async () => {
        if (!ends.isRunning()) throw new Error(`${command} has ended:\n${ends.output().slice(-2_000)}`)
        return await healthOf(url) === status
      })
    },
    freeze: () => now().kill("SIGSTOP"),
    thaw: () => now().kill("SIGCONT"),
    killHard: async () => {
      now().kill("SIGKILL")
      await now().exit
    },
    untilEnd: async () => void await now().exit,
    stop: async () => {
      now().kill("SIGTERM")
      return await now().exit
    }
  }
}

const healthOf = async (url: string): Promise<number | undefined> => {
  try {
    return (await fetch(`${url}/health`)).status
  } catch {
    // Nobody listens, or not any more.
    return undefined
  }
}
