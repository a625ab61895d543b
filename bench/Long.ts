/**
 * `npm run bench -- long`: ten million orders from end to end, over many items with enough stock, by the programs that
 * a user runs. Prints for each million what an order costs each of them, and what there is in memory and on the disk;
 * then how much the last million differs from the first, and whether anything was lost or doubled.
 *
 * `MODE=embedded` takes one process on files, `distributed` Kafka, Redis and PostgreSQL; `ORDERS`, `ITEMS` and `STEP`
 * say how much. `STATUS_RETENTION=1m` shows what stays where statuses do not.
 */
import { tmpdir } from "node:os"
import * as Figures from "./Figures.ts"
import * as Books from "./long/Books.ts"
import * as Disk from "./long/Disk.ts"
import * as Distributed from "./long/Distributed.ts"
import * as Embedded from "./long/Embedded.ts"
import * as Step from "./long/Step.ts"
import type { System } from "./long/System.ts"
import * as Table from "./Table.ts"

const MAX_ORDERS = 100_000_000
const MAX_ITEMS = 100_000
/** What a short run is cut into. */
const SHORT_STEPS = 5
const MIB = 1024 ** 2

/** Bytes of the disk that an order takes at the most, with what is written anew meanwhile; and what must stay free. */
const MODES = {
  distributed: { within: Distributed.within, bytesAnOrder: 5_000 },
  embedded: { within: Embedded.within, bytesAnOrder: 4_500 }
} as const
const SPARE = 4 * 1024 ** 3

interface Wanted {
  readonly mode: keyof typeof MODES
  readonly orders: number
  readonly items: number
  readonly step: number
}

const numberOf = (name: string, most: number, absent: number): number => {
  const value = Number(process.env[name] ?? absent)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new Error(`${name}: is no whole number from 1 to ${most}`)
}

const modeOf = (mode: string): Wanted["mode"] => {
  if (mode === "distributed" || mode === "embedded") return mode
  throw new Error("MODE: is neither distributed nor embedded")
}

const wanted = (): Wanted => {
  const orders = numberOf("ORDERS", MAX_ORDERS, 10_000_000)
  return {
    mode: modeOf(process.env["MODE"] ?? "distributed"),
    orders,
    items: numberOf("ITEMS", Math.min(MAX_ITEMS, orders), Math.min(1_000, orders)),
    step: numberOf("STEP", orders, Math.min(1_000_000, Math.ceil(orders / SHORT_STEPS)))
  }
}

const shown = (value: number): string => value.toFixed(value < 100 ? 1 : 0)

const print = (orders: number, figures: ReadonlyArray<Step.Figure>): void => {
  const lines = [...new Set(figures.map((figure) => figure.of))].map((kind) => {
    const own = figures.filter((figure) => figure.of === kind).map(({ name, value }) => `${name} ${shown(value)}`)
    return `  ${kind}: ${own.join(", ")}\n`
  })
  process.stdout.write(`${orders} orders\n${lines.join("")}`)
}

/** What a step costs, and what each order has added to the bytes that there are. */
const measure = async (system: System, step: Step.Wanted, before: Sizes) => {
  const figures = await Step.run(system, step)
  const sizes = await sizesOf(system)
  const added = Object.entries(sizes).map(([name, all]): Step.Figure => ({
    of: "bytes an order",
    name,
    value: (all - (before[name] ?? 0)) / step.count
  }))
  return { sizes, figures: [...figures, ...added] }
}

type Sizes = Readonly<Record<string, number>>
const sizesOf = async (system: System): Promise<Sizes> => Object.fromEntries(await system.bytes())

const compare = (first: ReadonlyArray<Step.Figure>, last: ReadonlyArray<Step.Figure>): void => {
  Table.print(["first", "last", "percent"])
  for (const [at, { name, of, value }] of last.entries()) {
    const change = (value / first[at]!.value - 1) * 100
    const percent = Number.isFinite(change) ? `${change > 0 ? "+" : ""}${change.toFixed(1)}` : "-"
    Table.print([shown(first[at]!.value), shown(value), percent, `   ${of}: ${name}`])
  }
}

const runAll = ({ items, orders, step }: Wanted) => async (system: System): Promise<void> => {
  await Books.stock(system, items, Math.ceil(orders / items))
  const rows: Array<ReadonlyArray<Step.Figure>> = []
  let sizes = await sizesOf(system)
  for (let from = 0; from < orders; from += step) {
    await Disk.checkRoom(system.folder, SPARE, "going on")
    const count = Math.min(step, orders - from)
    const measured = await measure(system, { from, count, items }, sizes)
    sizes = measured.sizes
    rows.push(measured.figures)
    print(from + count, measured.figures)
  }
  compare(rows[0]!, rows.at(-1)!)
  const all = Object.entries(sizes).map(([name, size]) => `${name} ${(size / MIB).toFixed(0)} MiB`)
  process.stdout.write(`In the end: ${all.join(", ")}\n`)
  const completed = await Figures.completed(system.metricsPort)
  const found = await Books.differences(system, { accepted: orders, completed, items })
  if (found.length > 0) throw new Error(`something was lost or doubled: ${found.join("; ")}`)
  process.stdout.write(`${orders} accepted, final, sold and in the archive; log and store do not differ\n`)
}

export const run = async (): Promise<void> => {
  const it = wanted()
  const { bytesAnOrder, within } = MODES[it.mode]
  const needed = it.orders * bytesAnOrder + SPARE
  process.stdout.write(`${it.mode}: ${it.orders} orders of ${it.items} items need ${Disk.gibOf(needed)} of the disk\n`)
  await Disk.checkRoom(tmpdir(), needed, "the run")
  await within(runAll(it))
}
