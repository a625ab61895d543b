/**
 * `npm run bench -- embedded`: the whole engine in one process, on one file: orders a second that are accepted and
 * final, what each costs, how long buyers wait, and how long the thread that answers stands still.
 *
 * Each round starts each build afresh, in a folder of its own. `BEFORE` names the folder of another build, with its
 * packages installed, which is measured in turn. `NEW_CONNECTIONS=1` has each order come over a connection of its own.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, spawnLogged, until } from "../test/servers/Processes.ts"
import * as Client from "./Client.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Figures from "./Figures.ts"
import { residentMib } from "./Memory.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const CONNECTIONS = Number(process.env["CONNECTIONS"] ?? 64)
/** Until the runtime has compiled what is hot. */
const WARM_UP_SECONDS = Number(process.env["WARM_UP_SECONDS"] ?? 8)
const SECONDS = Number(process.env["SECONDS"] ?? 10)
const ROUNDS = Number(process.env["ROUNDS"] ?? 3)
const BEFORE = process.env["BEFORE"]
/** The shares of payments that fail. */
const FAILURE_RATES = (process.env["FAILURE_RATES"] ?? "0,0.1").split(",")
/** Orders a second; without it, as many as are answered. */
const RATE = process.env["RATE"] === undefined ? undefined : Number(process.env["RATE"])
/** Whether buyers keep their connections; where not, each order comes over its own, as from many browsers. */
const IS_KEPT = process.env["NEW_CONNECTIONS"] === undefined
/** More than is sold in a round. */
const STOCK = "100000000"
const ITEM = "101"
/** How often the engine is asked how far it is: each answer costs it time. */
const ASK_EVERY_MILLIS = 50
const TIMEOUT_MILLIS = 120_000

interface Engine {
  readonly process: Logged
  readonly port: number
  /** Orders that are final so far. */
  readonly final: () => Promise<number>
  readonly end: () => Promise<void>
}

const start = async (build: string, failureRate: string): Promise<Engine> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-bench-"))
  const [port, metricsPort, adminPort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    DATA_DIR: folder,
    HTTP_PORT: String(port),
    METRICS_PORT: String(metricsPort),
    ADMIN_PORT: String(adminPort),
    HTTP_ALLOWED_HOSTS: "bench",
    RATE_LIMIT_MAX_REQUESTS: "1000000",
    PAYMENT_LATENCY: "0ms",
    PAYMENT_FAILURE_RATE: failureRate,
    LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info"
  }
  const program = (args: ReadonlyArray<string>, ...nodeArgs: ReadonlyArray<string>) =>
    spawnLogged(process.execPath, Services.programArgs(args, build, nodeArgs), { env })
  const engine = await program(["serve"], "--import", Services.pathOf("StallsOnSignal.ts"))
  await until("the engine is healthy", () => Services.isHealthy(port))
  await (await program(["stock", "set", ITEM, STOCK])).exit
  return {
    process: engine,
    port,
    final: () => Figures.processed(metricsPort),
    end: async () => {
      await Services.end([engine])
      await rm(folder, { recursive: true })
    }
  }
}

/** The longest time since it was asked last for which the thread stood still, in milliseconds. */
const longestStall = async ({ kill, output, waitFor }: Logged): Promise<number> => {
  const stalls = () => [...output().matchAll(/longest stall: ([\d.]+) ms/g)]
  const before = stalls().length
  kill("SIGUSR2")
  await waitFor(() => stalls().length > before)
  return Number(stalls().at(-1)![1])
}

export const HEADINGS = [
  "accepted/s",
  "final/s",
  "CPU µs/order",
  "p50 ms",
  "p99 ms",
  "p99.99 ms",
  "max ms",
  "stall ms",
  "MiB"
] as const

/** The figures under `HEADINGS`, and answers that were none of an accepted order. */
export const measure = async (build: string, failureRate: string, rate = RATE) => {
  const engine = await start(build, failureRate)
  const { end, final, port, process: { pid } } = engine
  try {
    const untilFinal = (count: number) =>
      until("all orders are final", async () => {
        await delay(ASK_EVERY_MILLIS)
        return await final() >= count
      }, TIMEOUT_MILLIS)
    const warm = await Client.run({ port, connections: CONNECTIONS, seconds: WARM_UP_SECONDS, isKept: IS_KEPT })
    const warmed = warm.answers.get(202) ?? 0
    await untilFinal(warmed)
    await longestStall(engine.process)
    const before = cpuMicros(pid)
    const began = performance.now()
    const { answers, latencies, seconds } = await Client.run({
      port,
      connections: CONNECTIONS,
      seconds: SECONDS,
      isKept: IS_KEPT,
      ...(rate === undefined ? {} : { rate })
    })
    const accepted = answers.get(202) ?? 0
    await untilFinal(warmed + accepted)
    const all = (performance.now() - began) / 1_000
    const cpu = cpuMicros(pid) - before
    const at = (share: number) => Client.percentile(latencies, share)
    const stall = await longestStall(engine.process)
    const others = [...answers].filter(([status]) => status !== 202).map(([status, count]) => `${count} × ${status}`)
    return {
      figures: [
        accepted / seconds,
        accepted / all,
        cpu / accepted,
        at(0.5),
        at(0.99),
        at(0.9999),
        at(1),
        stall,
        residentMib(pid)
      ],
      others
    }
  } finally {
    await end()
  }
}

const words = (figures: ReadonlyArray<number>) => figures.map((figure) => figure.toFixed(figure < 1_000 ? 1 : 0))

export const run = async (): Promise<void> => {
  const builds = [["this", Services.pathOf("..")] as const, ...(BEFORE ? [["before", BEFORE] as const] : [])]
  for (const failureRate of FAILURE_RATES) {
    process.stdout.write(`Payments fail at ${failureRate}, ${CONNECTIONS} connections:\n`)
    Table.print(["", ...HEADINGS])
    const all = new Map<string, Array<ReadonlyArray<number>>>()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, build] of builds) {
        const { figures, others } = await measure(build, failureRate)
        all.set(name, [...all.get(name) ?? [], figures])
        Table.print([name, ...words(figures), others.join(", ")])
      }
    }
    for (const [name, rows] of all) {
      Table.print([`${name}, median`, ...words(HEADINGS.map((_, at) => Table.median(rows.map((row) => row[at]!))))])
    }
  }
}
