/**
 * `npm run bench -- gateway`: what the front door does, on a real Kafka and a real Redis of its own, beside a bare HTTP
 * server. Both alone, no processor running; the load tool and all servers share the machine, so compare within one run.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { KafkaBroker } from "../test/servers/KafkaBroker.ts"
import { kafkaJars } from "../test/servers/KafkaJars.ts"
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import { RedisServer } from "../test/servers/RedisServer.ts"
import * as Client from "./Client.ts"

const CONNECTIONS = [64, 256, 512]
const WARM_UP_SECONDS = 3
const SECONDS = Number(process.env["SECONDS"] ?? 8)
/** The kernel counts processor time in these, on every Linux there is. */
const TICKS_PER_SECOND = 100

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Processor time of a process so far, in microseconds. */
const cpuMicros = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
}

interface Server {
  readonly name: string
  readonly port: number
  readonly process: Logged
}

const isListening = async (port: number, path: string): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: "{}" })).status > 0
  } catch {
    return false
  }
}

const startBare = async (): Promise<Server> => {
  const port = await freePort()
  const process_ = await spawnLogged(process.execPath, [pathOf("Bare.ts")], { env: { PORT: String(port) } })
  await until("the bare server listens", () => isListening(port, "/"))
  return { name: "bare node:http", port, process: process_ }
}

const startGateway = async (redis: RedisServer, kafka: KafkaBroker): Promise<Server> => {
  const port = await freePort()
  const args = ["--disable-warning=TimeoutNegativeWarning", pathOf("../packages/cli/src/main.ts"), "gateway"]
  const process_ = await spawnLogged(process.execPath, args, {
    env: {
      HTTP_PORT: String(port),
      REDIS_ADDR: redis.address,
      KAFKA_ADDR: kafka.address,
      RATE_LIMIT_MAX_REQUESTS: "1000000",
      LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info"
    }
  })
  await until("the gateway is healthy", async () => {
    try {
      return (await fetch(`http://127.0.0.1:${port}/health`)).status === 200
    } catch {
      return false
    }
  })
  return { name: "gateway", port, process: process_ }
}

const row = (cells: ReadonlyArray<string | number>): string => cells.map((cell) => String(cell).padStart(14)).join("")

const measure = async ({ name, port, process: { pid } }: Server, connections: number): Promise<string> => {
  const before = cpuMicros(pid)
  const { answers, latencies, seconds } = await Client.run({ port, connections, seconds: SECONDS })
  const cpu = cpuMicros(pid) - before
  const accepted = answers.get(202) ?? 0
  const others = [...answers].filter(([status]) => status !== 202).map(([status, count]) => `${count} × ${status}`)
  const at = (share: number) => Client.percentile(latencies, share).toFixed(1)
  return row([
    name,
    connections,
    Math.round(accepted / seconds),
    (cpu / latencies.length).toFixed(1),
    at(0.5),
    at(0.99),
    at(1),
    others.join(", ")
  ])
}

const gateway = async (): Promise<void> => {
  const redis = await RedisServer.make({ appendonly: "yes", appendfsync: "everysec", save: "" })
  const kafka = await KafkaBroker.make(await kafkaJars())
  const servers: Array<Server> = []
  try {
    await Promise.all([redis.start(), kafka.start()])
    servers.push(await startBare(), await startGateway(redis, kafka))
    for (const { port } of servers) await Client.run({ port, connections: 64, seconds: WARM_UP_SECONDS })
    process.stdout.write(`${row(["", "connections", "accepted/s", "CPU µs/order", "p50 ms", "p99 ms", "max ms"])}\n`)
    for (const connections of CONNECTIONS) {
      for (const server of servers) process.stdout.write(`${await measure(server, connections)}\n`)
    }
  } finally {
    for (const { process: { exit, kill } } of servers) {
      kill("SIGTERM")
      await exit
    }
    await Promise.all([redis.stop(), kafka.stop()])
  }
}

if (process.argv[2] === "gateway") await gateway()
else {
  process.stderr.write("bench: say what to measure: npm run bench -- gateway\n")
  process.exitCode = 1
}
