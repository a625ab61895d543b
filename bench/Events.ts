/**
 * `npm run bench -- events`: what order events cost a processor, for each order that is sold and for each that is
 * turned away. Processors that tell nothing, orders that held units, and all orders follow each other, each with a
 * topic of its own: else one would tell what the one before it has left untold.
 */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import * as Log from "./Log.ts"
import * as Processor from "./Processor.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ORDERS = Number(process.env["ORDERS"] ?? 50_000)
const ROUNDS = Number(process.env["ROUNDS"] ?? 3)
const TOLD = ["off", "held", "all"] as const
/** One item, as in a sale: all of it sold, and almost nothing. */
const CASES = Processor.CASES.filter(({ items }) => items === 1)

/** The bytes of a topic's records on the broker's disk. */
const bytesOf = async ({ kafka }: Services.Services, topic: string): Promise<number> => {
  const data = join(kafka.folder, "data")
  const folders = (await readdir(data)).filter((name) => name.replace(/-\d+$/, "") === topic)
  const files = await Promise.all(folders.map(async (folder) => {
    const segments = (await readdir(join(data, folder))).filter((name) => name.endsWith(".log"))
    return Promise.all(segments.map(async (name) => (await stat(join(data, folder, name))).size))
  }))
  return files.flat().reduce((sum, size) => sum + size, 0)
}

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    const { close, send } = await Log.feeder(services)
    try {
      Table.print(["orders/s", "CPU µs/order", "of Redis", "of Kafka", "event B/order", ""])
      for (let round = 1; round <= ROUNDS; round++) {
        for (const told of TOLD) {
          const topic = `events-${round}-${told}`
          const running = await Processor.start(services, { ORDER_EVENTS: told, ORDER_EVENTS_TOPIC: topic })
          const measure = (what: Processor.Case, name: string, count: number) =>
            Processor.measure(services, running, send, { what, prefix: `${name}-${round}-${told}`, count })
          await measure(CASES[0]!, "warm-up", Processor.WARM_UP_ORDERS)
          for (const [at, what] of CASES.entries()) {
            const before = await bytesOf(services, topic)
            const [rate, ...cpu] = await measure(what, `case-${at}`, ORDERS)
            const bytes = (await bytesOf(services, topic) - before) / ORDERS
            Table.print([
              Math.round(rate!),
              ...cpu.map((micros) => micros.toFixed(1)),
              Math.round(bytes),
              `   ${told}, ${what.name}`
            ])
          }
          await Services.end([running.processor])
        }
      }
    } finally {
      await close()
    }
  }, { appendfsync: process.env["APPENDFSYNC"] ?? "always" })
