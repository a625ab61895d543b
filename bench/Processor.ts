/**
 * `npm run bench -- processor`: what one processor makes of a backlog, on a real Kafka and a real Redis of its own.
 *
 * The processor is frozen while its orders are appended and then resumed, so that feeding costs it nothing. Measured is
 * from then on until the last order is final: its status written, and counted.
 */
import type * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, until } from "../test/servers/Processes.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Figures from "./Figures.ts"
import * as Log from "./Log.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

export const ORDERS = Number(process.env["ORDERS"] ?? 100_000)
export const WARM_UP_ORDERS = 20_000
/** Records of one send while the backlog is appended. */
const FEED_BATCH = 2_000
const TIMEOUT_MILLIS = 120_000
/**
 * The processor is asked how far it is when it should have done half of what was left, and not more often than so: an
 * answer names a series of each item, and with thousands of them costs as much as hundreds of orders.
 */
const ASK_EVERY_MILLIS = 100
const ASK_AFTER_SHARE = 0.5
const MAX_WAIT_MILLIS = 1_000
/** The numbers of the cases to measure, from 0 on; all of them where it is not set. */
const WANTED = process.env["CASES"]?.split(",")

export interface Case {
  readonly name: string
  readonly items: number
  /** The share of the orders for which there is stock. */
  readonly sold: number
}

export const CASES: ReadonlyArray<Case> = [
  { name: "one item, all sold", items: 1, sold: 1 },
  { name: "one item, 99 % sold out", items: 1, sold: 0.01 },
  { name: "1,000 items, all sold", items: 1_000, sold: 1 },
  { name: "1,000 items, 99 % sold out", items: 1_000, sold: 0.01 }
]

export interface Running {
  readonly processor: Logged
  /** Orders that are final so far. */
  readonly processed: () => Promise<number>
}

export const start = async (
  services: Services.Services,
  env: Readonly<Record<string, string>> = {},
  build?: string
): Promise<Running> => {
  const metricsPort = await freePort()
  const processor = await Services.startProcessor(services, metricsPort, env, build)
  await Services.untilAllWorkedOn(metricsPort)
  return { processor, processed: () => Figures.processed(metricsPort) }
}

const stock = (prefix: string, { items, sold }: Case, orders: number): ReadonlyArray<LogRecord.NewRecord> =>
  Array.from({ length: items }, (_, item) => Log.stock(Log.itemOf(prefix, item), Math.floor((orders * sold) / items)))

const orders = (prefix: string, { items }: Case, from: number, count: number): ReadonlyArray<LogRecord.NewRecord> =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index
    return Log.order(`${prefix}-${n}`, Log.itemOf(prefix, n % items), performance.timeOrigin + performance.now())
  })

/** Orders a second, and the CPU time of each in microseconds: of the processor, of Redis, and of Kafka. */
export const measure = async (
  { kafka, redis }: Services.Services,
  { processed, processor }: Running,
  send: Log.Send,
  { count, prefix, what }: { readonly what: Case; readonly prefix: string; readonly count: number }
): Promise<ReadonlyArray<number>> => {
  const before = await processed()
  await send(stock(prefix, what, count))
  processor.kill("SIGSTOP")
  try {
    for (let from = 0; from < count; from += FEED_BATCH) {
      await send(orders(prefix, what, from, Math.min(FEED_BATCH, count - from)))
    }
  } finally {
    processor.kill("SIGCONT")
  }
  const pids = [processor.pid, redis.pid!, kafka.pid!]
  const cpuBefore = pids.map(cpuMicros)
  const startedAt = performance.now()
  let wait = ASK_EVERY_MILLIS
  await until("all orders are final", async () => {
    await delay(wait)
    const done = await processed() - before
    const millisEach = (performance.now() - startedAt) / Math.max(1, done)
    wait = Math.max(ASK_EVERY_MILLIS, Math.min(MAX_WAIT_MILLIS, (count - done) * millisEach * ASK_AFTER_SHARE))
    return done >= count
  }, TIMEOUT_MILLIS)
  const seconds = (performance.now() - startedAt) / 1_000
  return [count / seconds, ...pids.map((pid, at) => (cpuMicros(pid) - cpuBefore[at]!) / count)]
}

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    const running = await start(services)
    const { close, send } = await Log.feeder(services)
    try {
      await measure(services, running, send, { what: CASES[0]!, prefix: "warm-up", count: WARM_UP_ORDERS })
      Table.print(["orders/s", "CPU µs/order", "of Redis", "of Kafka", ""])
      for (const [at, what] of CASES.entries()) {
        if (WANTED?.includes(String(at)) === false) continue
        const [rate, ...cpu] = await measure(services, running, send, { what, prefix: `case-${at}`, count: ORDERS })
        Table.print([Math.round(rate!), ...cpu.map((micros) => micros.toFixed(1)), `   ${what.name}`])
      }
    } finally {
      await close()
      await Services.end([running.processor])
    }
  }, { appendfsync: process.env["APPENDFSYNC"] ?? "always" })
