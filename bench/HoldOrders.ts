/** What a hold costs beside an order: the same clients with the one and the other in turn, and a processor behind. */
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { until } from "../test/servers/Processes.ts"
import * as Client from "./Client.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Gateway from "./Gateway.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ROUNDS = Number(process.env["ROUNDS"] ?? 3)
/** Requests a second: what the machine keeps easily. */
const RATE = Number(process.env["RATE"] ?? 500)
const SECONDS = Number(process.env["SECONDS"] ?? 8)
const CONNECTIONS = 64
const STOCK = "100000000"
const TIMEOUT_MILLIS = 120_000
const ASK_EVERY_MILLIS = 100

const PATHS = ["/buy", "/holds"] as const

/** Waits until the processor has told of every order so far: a hold is told once its units are held. */
const untilDone = (metricsPort: number): Promise<void> =>
  until("the log is folded and told", async () => {
    await delay(ASK_EVERY_MILLIS)
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const open = [...text.matchAll(/^processor_partition_(?:open_orders|lag)\{[^}]*\} (\d+)/gm)]
    return open.every(([, count]) => count === "0")
  }, TIMEOUT_MILLIS)

export const run = async (services: Services.Services): Promise<void> => {
  const metricsPort = await freePort()
  const processor = await Services.startProcessor(services, metricsPort)
  const gateway = await Gateway.startGateway("gateway", services, { MAX_QUEUE_WAIT: "10m" })
  try {
    await Services.untilAllWorkedOn(metricsPort)
    await (await Services.startProgram("stock", services, {}, ["set", "101", STOCK])).exit
    const pids = [gateway.process.pid, processor.pid, services.redis.pid!, services.kafka.pid!]
    Table.print(["", "accepted/s", "CPU µs/order", "of processor", "of Redis", "of Kafka", "p50 ms", "p99 ms"])
    const measure = async (path: typeof PATHS[number], seconds: number, isShown: boolean) => {
      const before = pids.map(cpuMicros)
      const found = await Client.run({
        port: gateway.port,
        connections: CONNECTIONS,
        rate: RATE,
        seconds,
        path
      })
      await untilDone(metricsPort)
      const accepted = found.answers.get(202) ?? 0
      const others = [...found.answers].filter(([status]) => status !== 202).map(([status, n]) => `${n} × ${status}`)
      const cpu = pids.map((pid, at) => ((cpuMicros(pid) - before[at]!) / found.latencies.length).toFixed(0))
      const at = (share: number) => Client.percentile(found.latencies, share).toFixed(1)
      if (isShown) {
        const rate = Math.round(accepted / found.seconds)
        Table.print([path, rate, ...cpu, at(0.5), at(0.99), others.join(", ")])
      }
    }
    for (const path of PATHS) await measure(path, 2 * SECONDS, false)
    for (let round = 0; round < ROUNDS; round++) for (const path of PATHS) await measure(path, SECONDS, true)
  } finally {
    await Services.end([gateway.process, processor])
  }
}
