/** One step of a long run: so many orders, from the first request until all are final and in the archive. */
import { setTimeout as delay } from "node:timers/promises"
import { spawnLogged, until } from "../../test/servers/Processes.ts"
import { cpuMicros, treeMicros } from "../Cpu.ts"
import * as Figures from "../Figures.ts"
import { residentMib } from "../Memory.ts"
import * as Services from "../Services.ts"
import type { BuyersReport } from "./Buyers.ts"
import type { Part, System } from "./System.ts"

/** How often it is asked how many are there: each answer costs as much as many orders. */
const ASK_EVERY_MILLIS = 1_000
/** How long the last orders of a step may take to be final, and to be in the archive. */
const SETTLE_MILLIS = 600_000

export interface Figure {
  /** What it is one of, with its unit. */
  readonly of: string
  readonly name: string
  readonly value: number
}

/** So many orders from this number on, of each item in turn. */
export interface Wanted {
  readonly from: number
  readonly count: number
  readonly items: number
}

const microsOf = ({ isTree, pid }: Part): number => isTree === true ? treeMicros(pid) : cpuMicros(pid)

const order = async (system: System, from: number, count: number, items: number): Promise<BuyersReport> => {
  const buyers = await spawnLogged(process.execPath, [Services.pathOf("long/Buyers.ts")], {
    env: {
      PORT: String(system.port),
      METRICS_PORT: String(system.metricsPort),
      FROM: String(from),
      COUNT: String(count),
      ITEMS: String(items)
    }
  })
  const { code } = await buyers.exit
  if (code !== 0) throw new Error(`the buyers have ended: ${buyers.output().slice(-2_000)}`)
  return JSON.parse(buyers.output().trim().split("\n").at(-1)!)
}

/** Orders `count` from the number `from` on, and returns what each has cost, and what memory they take. */
export const run = async (
  system: System,
  { count, from, items }: Wanted
): Promise<ReadonlyArray<Figure>> => {
  const { archivePort, metricsPort, parts } = system
  const untilThere = (what: string, of: (port: number) => Promise<number>, port: number, wanted: number) =>
    until(what, async () => {
      await delay(ASK_EVERY_MILLIS)
      return await of(port) >= wanted
    }, SETTLE_MILLIS)
  const archivedBefore = await Figures.archived(archivePort)
  const before = parts.map(microsOf)
  const began = performance.now()
  const { answers, ended } = await order(system, from, count, items)
  await untilThere("all orders are final", Figures.processed, metricsPort, from + count)
  const seconds = (performance.now() - began) / 1_000
  // One event of each order: that it is completed.
  await untilThere("all orders are in the archive", Figures.archived, archivePort, archivedBefore + count)
  const cpu = parts.map((part, at) => (microsOf(part) - before[at]!) / count)
  const refused = Object.entries(answers).reduce((sum, [status, n]) => status === "202" ? sum : sum + n, 0)
  return [
    { of: "orders", name: "a second", value: count / seconds },
    { of: "orders", name: "sent again", value: refused + ended },
    ...parts.map(({ name }, at) => ({ of: "CPU µs an order", name, value: cpu[at]! })),
    { of: "CPU µs an order", name: "all", value: cpu.reduce((sum, micros) => sum + micros, 0) },
    ...parts.map((part) => ({ of: "resident MiB", name: part.name, value: residentMib(part.pid) }))
  ]
}
