/** One Kafka, one Redis and one payment provider, and the engine's processes over them, of this build or another. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, Exit, Scope } from "effect"
import { join } from "node:path"
import { expect, onTestFinished } from "vitest"
import * as ProviderProcess from "../../infra/payment/ProviderProcess.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed } from "../../servers/servers.ts"
import * as Group from "../Group.ts"
import * as Processors from "../Processors.ts"
import * as Services from "../Services.ts"

/** What there is of each item, in units: more than are ordered. */
const STOCK = 10_000

/** One item for each partition, in their order. */
export const ITEMS: ReadonlyArray<string> = Array.from({ length: Processors.PARTITIONS }, (_, partition) => {
  for (let n = 0;; n++) if (home(ItemId.make(`item-${n}`), Processors.PARTITIONS) === partition) return `item-${n}`
})

export interface Fleet {
  readonly env: Readonly<Record<string, string>>
  readonly kafka: KafkaBroker
  readonly redis: RedisServer
  readonly provider: ProviderProcess.Running
  readonly group: Group.Group
  /** A key of a shop's server. */
  readonly key: string
  /** Starts one, and waits until it is healthy. */
  readonly service: (
    build: "old" | "new",
    command: "gateway" | "processor",
    env?: Readonly<Record<string, string>>
  ) => Promise<Services.Service>
}

export interface Options {
  /** The first file of the old build's command, where one is wanted. */
  readonly old?: string
  readonly provider?: ProviderProcess.Options
  readonly env?: Readonly<Record<string, string>>
}

/** Slow enough that some payment is always under way. */
const SLOW: ProviderProcess.Options = { shares: { slow: 0.2 }, tempers: { declined: 0.05 }, slowMillis: 700 }

/** A payment provider that is gone with the test. */
export const aProvider = async (options: ProviderProcess.Options): Promise<ProviderProcess.Running> => {
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.provide(ProviderProcess.make(options), scope))
}

/** Nothing of the engine runs yet. */
export const make = async ({ env: more = {}, old, provider: misbehaving = SLOW }: Options = {}): Promise<Fleet> => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(needed(kafkaLib()))
  onTestFinished(() => kafka.stop())
  const [provider] = await Promise.all([aProvider(misbehaving), redis.start(), kafka.start()])
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    PAYMENT_URL: provider.url.href,
    PAYMENT_API_KEY: ProviderProcess.API_KEY,
    API_KEYS_FILE: join(await Services.folder(), "keys.json"),
    SHUTDOWN_NOTICE: "0ms",
    CIRCUIT_BREAKER_BASE_TIMEOUT: "1s",
    ...more
  }
  const made = await Services.run(["key", "create", "--name", "shop", "--scopes", "orders"], env)
  const key = /fs_shop_\w{32}/.exec(made.output)?.[0]
  if (key === undefined) throw new Error(`no key was made: ${made.output}`)
  return {
    env,
    kafka,
    redis,
    provider,
    group: Group.of([kafka.address]),
    key,
    service: async (build, command, own = {}) => {
      const service = await Services.service(command, { ...env, ...own }, build === "old" ? old : undefined)
      await service.start()
      await service.untilHealth(200)
      return service
    }
  }
}

/** Stock as an operator types it into Redis, and a processor counts it. */
export const stocked = async ({ redis }: Fleet, gateway: Services.Service): Promise<void> => {
  const operator = Processors.operator(redis)
  for (const item of ITEMS) await operator.set(`inventory:${item}`, STOCK)
  await until("every item is on sale", async () => {
    for (const item of ITEMS) {
      const response = await fetch(`${gateway.url}/items/${item}`)
      const body = await response.json() as { readonly available?: number }
      if (response.status !== 200 || body.available !== STOCK) return false
    }
    return true
  })
}

/** The partitions that a processor folds, by its metrics. */
export const partitionsOf = async ({ metricsUrl }: Services.Service): Promise<ReadonlySet<number>> => {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text()
  return new Set([...text.matchAll(/^processor_partition_lag\{partition="(\d+)"\}/gm)].map(([, n]) => Number(n)))
}

/** Redis is the fold of the log, item by item. */
export const reconciled = async ({ env }: Fleet): Promise<void> => {
  const { code, output } = await Services.run(["reconcile"], env)
  expect(output).toContain(" 0 differ")
  expect(code).toBe(0)
}
