/** The engine as the scenarios of a checkout see it: in one process over one file, or over Kafka and Redis. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer, Logger } from "effect"
import { join } from "node:path"
import { expect } from "vitest"
import * as ProviderProcess from "../../infra/payment/ProviderProcess.ts"
import { until } from "../../servers/Processes.ts"
import * as Processors from "../Processors.ts"
import * as Services from "../Services.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Ways from "./Ways.ts"

const FINAL_WITHIN = 180_000
const STOCK = 10_000

export interface Engine {
  readonly env: Readonly<Record<string, string>>
  readonly provider: ProviderProcess.Running
  /** A key of a shop's server. */
  readonly key: string
  /** Where its API is. */
  readonly url: string
  /** The process that folds. */
  readonly processor: Services.Service
  /** That process is killed with -9, and started again. */
  readonly kill: () => Promise<void>
  /** Waits until all that is in the log is final and committed. */
  readonly caughtUp: () => Promise<unknown>
  readonly books: () => Promise<Books.Books>
}

/** One gateway and one processor, over Kafka and Redis. */
export const distributed = async (options: Fleet.Options = { provider: {} }): Promise<
  Engine & { readonly fleet: Fleet.Fleet; readonly gateway: Services.Service }
> => {
  const fleet = await Fleet.make(options)
  const processor = await fleet.service("new", "processor")
  const gateway = await fleet.service("new", "gateway")
  await Processors.share(processor)
  await Fleet.stocked(fleet, gateway)
  return {
    env: fleet.env,
    provider: fleet.provider,
    key: fleet.key,
    url: gateway.url,
    fleet,
    gateway,
    processor,
    kill: async () => {
      await processor.killHard()
      await processor.start()
      await processor.untilHealth(200)
      await Processors.share(processor)
    },
    caughtUp: () => fleet.group.catchUp(FINAL_WITHIN),
    books: () => Books.read(fleet.kafka.address)
  }
}

/** Partitions of the embedded log that are not committed to their end. */
const behind = Effect.gen(function*() {
  const reader = yield* LogReader
  const all = Array.from({ length: yield* reader.partitions }, (_, at) => PartitionId.make(at))
  const ends = yield* Effect.forEach(all, (at) => Effect.zip(reader.bounds(at), reader.committed(at)))
  return ends.filter(([{ end, start }, committed]) => (committed ?? start) < end).length
})

/** `flash-sale serve`, with stock of the first of the same items. */
export const oneFile = async (options: ProviderProcess.Options = {}, items = 1): Promise<Engine> => {
  const provider = await Fleet.aProvider(options)
  const dataDir = await Services.folder()
  const env = {
    DATA_DIR: dataDir,
    PAYMENT_URL: provider.url.href,
    PAYMENT_API_KEY: ProviderProcess.API_KEY,
    API_KEYS_FILE: join(dataDir, "keys.json"),
    RATE_LIMIT_MAX_REQUESTS: "1000000",
    SHUTDOWN_NOTICE: "0ms"
  }
  // Before the start: the file is read again only now and then.
  const key = await Services.apiKey("orders", env)
  const engine = await Services.service("serve", env)
  await engine.start()
  await engine.untilHealth(200)
  const reader = Layer.provide(Infra.layerItemsBeside({ dataDir }), Logger.layer([]))
  await Promise.all(
    Fleet.ITEMS.slice(0, items).map((item) =>
      Ways.type({ env }, "stock", "set", item, String(STOCK), "--create", "--reason", "a test")
    )
  )
  return {
    env,
    provider,
    key,
    url: engine.url,
    processor: engine,
    kill: async () => {
      await engine.killHard()
      await engine.start()
      await engine.untilHealth(200)
    },
    caughtUp: () =>
      until(
        "all of the file is final",
        () => Effect.runPromise(Effect.provide(behind, reader)).then((count) => count === 0),
        FINAL_WITHIN
      ),
    books: () => Books.readFile(dataDir)
  }
}

/** What must be so at the end of every scenario. */
export const sound = async (engine: Engine): Promise<Books.Books> => {
  await engine.caughtUp()
  const books = await engine.books()
  await Books.sound(books, engine.provider)
  Books.rulesFirst(books)
  const { code, output } = await Services.run(["reconcile"], engine.env)
  expect(output).toContain(" 0 differ")
  expect(code).toBe(0)
  return books
}
