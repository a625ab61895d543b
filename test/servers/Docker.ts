/** Servers in containers, where an engine answers. */
import { brokerSettings, serves } from "./KafkaBroker.ts"
import { KAFKA_VERSION } from "./KafkaJars.ts"
import { freePort } from "./Ports.ts"
import * as PostgresServer from "./PostgresServer.ts"
import { until } from "./Processes.ts"
import { execute } from "./Programs.ts"
import { answers } from "./RedisServer.ts"
import { afterDeath } from "./Watchdog.ts"

const ASK_MILLIS = 3_000
/** With the time to fetch an image. */
const RUN_MILLIS = 180_000
const STOP_MILLIS = 10_000

/** A server that runs until it is stopped. */
export interface Running {
  readonly address: string
  readonly stop: () => Promise<void>
}

export const isThere = (): Promise<boolean> => execute("docker", ["info"], ASK_MILLIS).then(() => true, () => false)

/** Runs an image with its port published at 127.0.0.1, and waits until `isUp`. */
const start = async (
  { args = [], image, inside, isUp, port }: {
    readonly image: string
    readonly port: number
    readonly inside: number
    readonly args?: ReadonlyArray<string>
    readonly isUp: () => Promise<boolean>
  }
): Promise<Running> => {
  const publish = `127.0.0.1:${port}:${inside}`
  const id = (await execute("docker", ["run", "--rm", "-d", "-p", publish, ...args, image], RUN_MILLIS)).trim()
  const forget = afterDeath(`docker rm -f ${id}`)
  const stop = async () => {
    await execute("docker", ["rm", "-f", id], STOP_MILLIS)
    forget()
  }
  try {
    await until(`${image} is up`, isUp)
  } catch (error) {
    await stop()
    throw error
  }
  return { address: `127.0.0.1:${port}`, stop }
}

export const redis = async (): Promise<Running> => {
  const port = await freePort()
  return start({ image: "redis:7-alpine", port, inside: 6379, isUp: () => answers(port) })
}

/** Everybody may be its administrator `postgres`. */
export const postgres = async (): Promise<Running> => {
  const port = await freePort()
  return start({
    image: "postgres:17-alpine",
    port,
    inside: 5432,
    args: ["-e", "POSTGRES_HOST_AUTH_METHOD=trust"],
    isUp: () => PostgresServer.answers(port)
  })
}

/** `process.roles` is `KAFKA_PROCESS_ROLES` to the image. */
const variable = ([name, value]: readonly [string, string]) => [
  "-e",
  `KAFKA_${name.toUpperCase().replaceAll(".", "_")}=${value}`
]

export const kafka = async (): Promise<Running> => {
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const settings = brokerSettings({ advertised: address, broker: "0.0.0.0:9092", controller: "localhost:9093" })
  return start({
    image: `apache/kafka:${KAFKA_VERSION}`,
    port,
    inside: 9092,
    args: Object.entries(settings).flatMap(variable),
    isUp: () => serves(address)
  })
}
