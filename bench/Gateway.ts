/**
 * What the gateway does, on a real Kafka and a real Redis of its own, beside a bare HTTP server: as much as it can,
 * and how fast it answers at a rate that it can easily keep. Both alone, no processor running; the load tool and all
 * servers share the machine, so compare within one run.
 */
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import * as Client from "./Client.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const CONNECTIONS = [64, 256, 512]
/** Until the runtime has compiled what is hot; before, an order costs several times as much. */
const WARM_UP_SECONDS = Number(process.env["WARM_UP_SECONDS"] ?? 15)
/** Orders a second at which latency is measured. */
const RATE = Number(process.env["RATE"] ?? 1_000)
const SECONDS = Number(process.env["SECONDS"] ?? 8)
/** A key file by which a second gateway encrypts payment tokens: then all orders have one. */
const KEY_FILE = process.env["TOKEN_KEY_FILE"]
const hasToken = KEY_FILE !== undefined
/** The folder of another build, with its packages installed: its gateway is measured beside, in turn. */
const BEFORE = process.env["BEFORE"]
const ROUNDS = Number(process.env["ROUNDS"] ?? 1)

export interface Server {
  readonly name: string
  readonly port: number
  readonly process: Logged
  /** What its clients send as `Authorization`, by the user. */
  readonly authorization?: (userId: string) => string
}

const isListening = async (port: number, path: string): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: "{}" })).status > 0
  } catch {
    return false
  }
}

export const BARE = "bare node:http"

export const startBare = async (): Promise<Server> => {
  const port = await freePort()
  const bare = await spawnLogged(process.execPath, [Services.pathOf("Bare.ts")], { env: { PORT: String(port) } })
  await until("the bare server listens", () => isListening(port, "/"))
  return { name: BARE, port, process: bare }
}

export const startGateway = async (
  name: string,
  services: Services.Services,
  env: Readonly<Record<string, string>> = {},
  build?: string
): Promise<Server> => {
  const port = await freePort()
  const settings = { HTTP_PORT: String(port), RATE_LIMIT_MAX_REQUESTS: "1000000", ...env }
  const gateway = await Services.startProgram("gateway", services, settings, [], build)
  await until("the gateway is healthy", () => Services.isHealthy(port))
  await until("the gateway is ready", () => Services.isHealthy(port, "/readyz"))
  return { name, port, process: gateway }
}

/** The options that send as a server's clients do. */
const clientOf = ({ authorization, port }: Server) => ({
  hasToken,
  port,
  ...(authorization === undefined ? {} : { authorization })
})

/** Until the runtime has compiled what is hot. */
export const warmUp = (server: Server) =>
  Client.run({ ...clientOf(server), connections: 256, seconds: WARM_UP_SECONDS })

export const HEADINGS = ["", "connections", "accepted/s", "CPU µs/order", "p50 ms", "p99 ms", "max ms"]

/** Prints what a server does with so many connections. */
export const measure = async (
  server: Server,
  connections: number,
  rate?: number
): Promise<void> => {
  const { name, process: { pid } } = server
  const before = cpuMicros(pid)
  const options = { ...clientOf(server), connections, seconds: SECONDS, ...(rate === undefined ? {} : { rate }) }
  const { answers, latencies, seconds } = await Client.run(options)
  const cpu = cpuMicros(pid) - before
  const accepted = answers.get(202) ?? 0
  const others = [...answers].filter(([status]) => status !== 202).map(([status, count]) => `${count} × ${status}`)
  const at = (share: number) => Client.percentile(latencies, share).toFixed(1)
  Table.print([
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

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    const servers: Array<Server> = []
    try {
      servers.push(await startBare(), await startGateway("gateway", services))
      if (KEY_FILE !== undefined) {
        servers.push(await startGateway("with a key", services, { PAYMENT_TOKEN_KEY_FILE: KEY_FILE }))
      }
      if (BEFORE !== undefined) servers.push(await startGateway("before", services, {}, BEFORE))
      for (const server of servers) await warmUp(server)
      Table.print(HEADINGS)
      for (const connections of CONNECTIONS.flatMap((count) => Array.from({ length: ROUNDS }, () => count))) {
        for (const server of servers) await measure(server, connections)
      }
      process.stdout.write(`At ${RATE} a second:\n`)
      for (let round = 0; round < ROUNDS; round++) {
        for (const server of servers) await measure(server, CONNECTIONS[0]!, RATE)
      }
    } finally {
      await Services.end(servers.map(({ process }) => process))
    }
  })
