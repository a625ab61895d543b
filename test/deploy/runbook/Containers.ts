/** What docker-compose runs, run as processes of a test on ports of their own. */
import { readFileSync } from "node:fs"
import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import { parse } from "yaml"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import type { Exit } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"

type Env = Readonly<Record<string, string>>

export interface Container {
  readonly start: () => Promise<void>
  readonly stop: () => Promise<Exit>
  /** What it has written since it was made. */
  readonly log: () => string
  /** The settings that it was started with. */
  readonly env: () => Env
  /** Those it would be started with now. */
  readonly wanted: () => Env
}

export const NAMES = ["redis", "redpanda", "gateway", "proxy", "processor"] as const
export type Name = (typeof NAMES)[number]

export interface Machine {
  readonly containers: Readonly<Record<Name, Container>>
  readonly redis: RedisServer
  readonly kafka: KafkaBroker
  readonly gateway: Services.Service
  readonly processor: Services.Service
  /** What a command needs to find Redis and Kafka. */
  readonly addresses: Env
  /** Where commands are typed; `.env` and the backups are here. */
  readonly folder: string
  /** Writes a setting into `.env`; it counts from the next start on. */
  readonly set: (name: string, value: string) => Promise<void>
  /** As the volume is removed. */
  readonly emptyRedis: () => Promise<void>
}

const root = fileURLToPath(new URL("../../..", import.meta.url))
const START = `${root}deploy/redis/start.sh`
const ENDED: Exit = { code: 0, signal: null }

interface Compose {
  readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string | number>> }>>
}
const compose: Compose = parse(readFileSync(`${root}docker-compose.yml`, "utf8"), { merge: true })

/** `.env` as docker-compose reads it: the last one of a name counts. */
const variables = (folder: string): Env => {
  const lines = readFileSync(join(folder, ".env"), { encoding: "utf8", flag: "a+" }).split("\n")
  return Object.fromEntries(lines.filter((line) => line.includes("=")).map((line) => line.split(/=(.*)/s, 2)))
}

/** What docker-compose.yml sets for a service, of which an empty setting counts as none. */
const environment = (service: string, given: Env): Env =>
  Object.fromEntries(
    Object.entries(compose.services[service]!.environment)
      .map(([name, value]) =>
        [
          name,
          String(value).replace(/^\$\{(\w+):-(.*)\}$/, (_, from: string, or: string) => given[from] ?? or)
        ] as const
      )
      .filter(([, value]) => value !== "")
  )

/**
 * A service with the settings that `.env` says when it is started by `up`; addresses, ports and `fixed` are a test's.
 */
const engine = async (name: "gateway" | "processor", folder: string, fixed: Env) => {
  const wanted = () => {
    const { HTTP_PORT: _http, METRICS_PORT: _metrics, ...settings } = environment(name, variables(folder))
    return { ...settings, ...fixed }
  }
  const env = wanted()
  const service = await Services.service(name, env)
  let said = ""
  let isStarted = false
  const container: Container = {
    env: () => env,
    wanted,
    log: () => isStarted ? said + service.output() : said,
    start: async () => {
      if (isStarted) said += service.output()
      Object.assign(env, wanted())
      await service.start()
      isStarted = true
    },
    stop: () => service.stop()
  }
  return { service, container }
}

/** Nothing is started yet. */
export const make = async (lib: string, fixed: Env): Promise<Machine> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-runbook-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const redis = await RedisServer.make({}, ["sh", START])
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  const addresses = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address }
  const gateway = await engine("gateway", folder, { ...fixed, ...addresses })
  const processor = await engine("processor", folder, { ...fixed, ...addresses })
  const server = (one: { start(): Promise<void>; readonly folder: string }, end: () => Promise<void>): Container => ({
    start: () => one.start(),
    stop: async () => {
      await end()
      return ENDED
    },
    log: () => readFileSync(join(one.folder, "log"), "utf8"),
    env: () => ({}),
    wanted: () => ({})
  })
  return {
    containers: {
      redis: server(redis, () => redis.end()),
      redpanda: server(kafka, () => kafka.kill()),
      gateway: gateway.container,
      // The gateway is asked at its own port: what the proxy does is in test/deploy/composeProxy.test.ts.
      proxy: server({ start: () => Promise.resolve(), folder: redis.folder }, () => Promise.resolve()),
      processor: processor.container
    },
    redis,
    kafka,
    gateway: gateway.service,
    processor: processor.service,
    addresses,
    folder,
    set: (name, value) => appendFile(join(folder, ".env"), `${name}=${value}\n`),
    emptyRedis: async () => {
      for (const name of await readdir(redis.folder)) {
        if (name !== "log") await rm(join(redis.folder, name), { recursive: true })
      }
    }
  }
}
