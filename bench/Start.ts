/**
 * How quick a gateway is from its first second on: one that was just started gets orders at a steady rate, which come
 * whether or not it answers. A real Kafka and a real Redis; `BEFORE` names another build, started in turn.
 */
import { setTimeout as delay } from "node:timers/promises"
import * as Client from "./Client.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Gateway from "./Gateway.ts"
import * as OpenLoop from "./OpenLoop.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const STARTS = Number(process.env["STARTS"] ?? 3)
const RATES = (process.env["RATES"] ?? "1000,2000").split(",").map(Number)
const BEFORE = process.env["BEFORE"]
/** What the starts of all builds are given beside, as `NAME=value`. */
const ENV = Object.fromEntries(
  (process.env["ENV"] ?? "").split(" ").filter((one) => one !== "").map((one) => {
    const at = one.indexOf("=")
    return [one.slice(0, at), one.slice(at + 1)]
  })
)
/** The ends of the windows in which answers are counted together, in seconds. */
const WINDOWS = (process.env["WINDOWS"] ?? "1,2,5,10,15").split(",").map(Number)

interface Side {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly build?: string
}
const SIDES: ReadonlyArray<Side> = BEFORE === undefined
  ? [{ name: "without", env: { ...ENV, WARM_UP: "off" } }, { name: "with", env: ENV }]
  : [{ name: "before", env: ENV, build: BEFORE }, { name: "now", env: ENV }]

/** What was due in each window. */
const byWindow = (
  answers: ReadonlyArray<OpenLoop.Answered>,
  ends: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<OpenLoop.Answered>> =>
  ends.map((end, n) => {
    const begin = ends[n - 1] ?? 0
    return answers.filter(({ at }) => at >= begin * 1_000 && at < end * 1_000)
  })

/** The processor time that a process uses in each window, in microseconds. */
const cpuByWindow = async (pid: number, ends: ReadonlyArray<number>): Promise<ReadonlyArray<number>> => {
  const used: Array<number> = []
  let before = cpuMicros(pid)
  for (const [n, end] of ends.entries()) {
    await delay((end - (ends[n - 1] ?? 0)) * 1_000)
    const now = cpuMicros(pid)
    used.push(now - before)
    before = now
  }
  return used
}

/** Of one start: by window the p99 in milliseconds and the processor time of an order in microseconds. */
interface Seen {
  readonly readyMillis: number
  readonly cpu: ReadonlyArray<number>
  readonly p99: ReadonlyArray<number>
}

const once = async (
  services: Services.Services,
  { build, env, name }: Side,
  rate: number,
  ends: ReadonlyArray<number>
): Promise<Seen> => {
  const begun = performance.now()
  const server = await Gateway.startGateway(name, services, env, build)
  try {
    const readyMillis = performance.now() - begun
    const [answers, cpu] = await Promise.all([
      OpenLoop.run({ port: server.port, rate, seconds: ends.at(-1)! }),
      cpuByWindow(server.process.pid, ends)
    ])
    const others = answers.filter(({ status }) => status !== 202).length
    if (others > 0) throw new Error(`${name}: ${others} of ${answers.length} orders were not accepted`)
    const windows = byWindow(answers, ends)
    return {
      readyMillis,
      cpu: windows.map(({ length }, n) => cpu[n]! / length),
      p99: windows.map((window) =>
        Client.percentile(Float64Array.from(window, ({ millis }) => millis).toSorted(), 0.99)
      )
    }
  } finally {
    await Services.end([server.process])
  }
}

const show = (name: string, rate: number, { cpu, p99, readyMillis }: Seen): void =>
  Table.print([
    name,
    rate,
    Math.round(readyMillis),
    ...p99.map((millis, n) => `${millis.toFixed(1)} / ${cpu[n]!.toFixed(0)}`)
  ])

const prepare = async (services: Services.Services): Promise<void> => {
  await (await Services.startProgram("stock", services, {}, ["set", "101", "100000000"])).exit
}

/** The p99 of each window of one start of each build, at each rate. `ends` are those of the windows, in seconds. */
export const windows = <Name extends string>(
  builds: ReadonlyArray<readonly [name: Name, folder: string]>,
  { ends, rates }: { readonly rates: ReadonlyArray<number>; readonly ends: ReadonlyArray<number> },
  each: (build: Name, rate: number, p99: ReadonlyArray<number>) => void
): Promise<void> =>
  Services.within(async (services) => {
    await prepare(services)
    for (const rate of rates) {
      for (const [name, build] of builds) {
        const { p99 } = await once(services, { name, build, env: {} }, rate, ends)
        each(name, rate, p99)
      }
    }
  })

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    await prepare(services)
    process.stdout.write("By window, the p99 in ms / the CPU µs of an order:\n")
    Table.print(["", "orders/s", "ready ms", ...WINDOWS.map((end) => `to ${end} s`)])
    for (const rate of RATES) {
      const seen = new Map<string, Array<Seen>>()
      for (let start = 0; start < STARTS; start++) {
        for (const side of SIDES) {
          const one = await once(services, side, rate, WINDOWS)
          show(side.name, rate, one)
          seen.set(side.name, [...seen.get(side.name) ?? [], one])
          await delay(500)
        }
      }
      for (const [name, all] of seen) {
        show(`median ${name}`, rate, {
          readyMillis: Table.median(all.map(({ readyMillis }) => readyMillis)),
          cpu: WINDOWS.map((_, n) => Table.median(all.map(({ cpu }) => cpu[n]!))),
          p99: WINDOWS.map((_, n) => Table.median(all.map(({ p99 }) => p99[n]!)))
        })
      }
    }
  })
