/** A real Kafka and a real Redis of the bench's own, and the engine's programs over them. */
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { KafkaBroker } from "../test/servers/KafkaBroker.ts"
import { kafkaJars } from "../test/servers/KafkaJars.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import { RedisServer } from "../test/servers/RedisServer.ts"

export const PARTITIONS = 12
/** How often a processor is asked how it is: each answer costs it time. */
const ASK_EVERY_MILLIS = 100

export interface Services {
  readonly redis: RedisServer
  readonly kafka: KafkaBroker
}

/** Runs the bench over fresh services, which end with it. `redis` adds to how Redis is set up. */
export const within = async (
  run: (services: Services) => Promise<void>,
  redis: Readonly<Record<string, string>> = {}
): Promise<void> => {
  const services = {
    redis: await RedisServer.make({ appendonly: "yes", appendfsync: "everysec", save: "", ...redis }),
    kafka: await KafkaBroker.make(await kafkaJars(), { isServer: true })
  }
  try {
    await Promise.all([services.redis.start(), services.kafka.start()])
    await run(services)
  } finally {
    await Promise.all([services.redis.stop(), services.kafka.stop()])
  }
}

/** The path of a file beside this one. */
export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** What Node is given for a program of the build in this folder, as by `npm run`; `NODE_ARGS` of the bench go to it. */
export const programArgs = (
  args: ReadonlyArray<string>,
  build: string,
  nodeArgs: ReadonlyArray<string> = []
): ReadonlyArray<string> => [
  "--disable-warning=TimeoutNegativeWarning",
  "--max-semi-space-size=32",
  ...nodeArgs,
  ...(process.env["NODE_ARGS"] ?? "").split(" ").filter((arg) => arg !== ""),
  join(build, "packages/cli/src/main.ts"),
  ...args
]

/** Starts one of the engine's programs over the services. `build` is the folder of another build. */
export const startProgram = (
  name: "gateway" | "processor" | "recover" | "stock",
  { kafka, redis }: Services,
  env: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = [],
  build = pathOf("..")
): Promise<Logged> =>
  spawnLogged(
    process.execPath,
    programArgs([name, ...args], build),
    {
      env: {
        REDIS_ADDR: redis.address,
        KAFKA_ADDR: kafka.address,
        LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info",
        ...env
      }
    }
  )

/** Starts a processor whose payments take no time and never fail. */
export const startProcessor = (
  services: Services,
  metricsPort: number,
  env: Readonly<Record<string, string>> = {},
  build?: string
): Promise<Logged> =>
  startProgram(
    "processor",
    services,
    {
      ...env,
      METRICS_PORT: String(metricsPort),
      KAFKA_PARTITIONS: String(PARTITIONS),
      PAYMENT_LATENCY: "0ms",
      PAYMENT_FAILURE_RATE: "0"
    },
    [],
    build
  )

/** Waits until the one processor that there is has recovered every partition. */
export const untilAllWorkedOn = (metricsPort: number, timeoutMillis?: number): Promise<void> =>
  until("every partition is worked on", async () => {
    await delay(ASK_EVERY_MILLIS)
    if (!await isHealthy(metricsPort)) return false
    return (await (await fetch(`http://127.0.0.1:${metricsPort}/health`)).text()).includes(`"running":${PARTITIONS}`)
  }, timeoutMillis)

/** Ends programs, one after the other. */
export const end = async (programs: ReadonlyArray<Logged>): Promise<void> => {
  for (const { exit, kill } of programs) {
    kill("SIGTERM")
    await exit
  }
}

/** Whether a program's `/health`, or its other probe, says that all is well. */
export const isHealthy = async (port: number, path = "/health"): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status === 200
  } catch {
    return false
  }
}
