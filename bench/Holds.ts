/**
 * `npm run bench -- holds`: what open holds cost one processor, on a real Kafka and a real Redis of its own: bytes in
 * Redis and of heap each, processor time at rest beside none, and how long after their time the last of those that end
 * in the same second has its units back.
 */
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, type ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Redis } from "ioredis"
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import { type Logged, until } from "../test/servers/Processes.ts"
import { cpuMicros } from "./Cpu.ts"
import * as HoldOrders from "./HoldOrders.ts"
import * as Log from "./Log.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const HOLDS = Number(process.env["HOLDS"] ?? 100_000)
/** How long processor time at rest is measured. */
const REST_SECONDS = Number(process.env["REST_SECONDS"] ?? 60)
const WARM_UP_HOLDS = 10_000
/** Records of one send. */
const FEED_BATCH = 2_000
/** How long after they are fed those that end in the same second are over, in seconds. */
const ENDING_IN = Number(process.env["ENDING_IN"] ?? 45)
const HOUR_SECONDS = 3_600
const TIMEOUT_MILLIS = 120_000
/** How often Redis is asked for what is held. */
const ASK_EVERY_MILLIS = 100
/** Until what is written once a second, and what is behind the last fold, is over. */
const SETTLE_MILLIS = 5_000
/** Numbers of items among which they are. */
const ITEMS = [1, 1_000]
const CORRELATION = "7d4f3b1e-62a5-4b0c-9c1d-2f6a8e5b0c"

interface Bench {
  readonly services: Services.Services
  readonly processor: Logged
  readonly redis: Redis
  readonly send: Log.Send
}

interface Plan {
  readonly prefix: string
  readonly items: number
  readonly count: number
  readonly acceptedAt: number
  readonly holdSeconds: number
}

const now = (): number => Math.floor(performance.timeOrigin + performance.now())

/** Ids as long as those that clients make. */
const holdOf = ({ acceptedAt, holdSeconds, prefix }: Plan, itemId: ItemId, n: number): LogRecord.NewRecord =>
  LogRecord.encode(
    itemId,
    Command.Hold({
      order: {
        requestId: RequestId.make(`${prefix}-${String(n).padStart(36 - prefix.length, "0")}`),
        userId: UserId.make(`user-${n}`),
        itemId,
        amount: 1,
        holdSeconds
      },
      acceptedAt,
      correlationId: CorrelationId.make(`${CORRELATION}${n % 10}${n % 7}`)
    })
  )

const waresOf = ({ items, prefix }: Plan): ReadonlyArray<ItemId> =>
  Array.from({ length: items }, (_, item) => Log.itemOf(prefix, item))

/** Bytes that Redis uses; of the keys that match too, where that is asked. */
const usedBytes = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1])

const keyBytes = async (redis: Redis, keys: ReadonlyArray<string>): Promise<number> => {
  let sum = 0
  for (const key of keys) sum += Number(await redis.call("MEMORY", "USAGE", key, "SAMPLES", "0") ?? 0)
  return sum
}

/** What is held of the items, by Redis. */
const heldOf = async (redis: Redis, wares: ReadonlyArray<ItemId>): Promise<number> => {
  const pipeline = redis.pipeline()
  for (const itemId of wares) pipeline.hget(`{inventory:${itemId}}:meta`, "held")
  return (await pipeline.exec() ?? []).reduce((sum, [, held]) => sum + Number(held ?? 0), 0)
}

const untilHeld = (redis: Redis, wares: ReadonlyArray<ItemId>, count: number): Promise<void> =>
  until(`${count} units are held`, async () => {
    await delay(ASK_EVERY_MILLIS)
    return await heldOf(redis, wares) === count
  }, TIMEOUT_MILLIS)

/** Stock for the items and version 2 of the rules, and then the holds. */
const feed = async ({ send }: Bench, plan: Plan): Promise<void> => {
  const wares = waresOf(plan)
  await send(wares.flatMap((itemId) => [
    Log.stock(itemId, plan.count),
    LogRecord.encode(itemId, Command.Rules({ version: 2 }))
  ]))
  for (let from = 0; from < plan.count; from += FEED_BATCH) {
    const length = Math.min(FEED_BATCH, plan.count - from)
    await send(Array.from({ length }, (_, n) => holdOf(plan, wares[(from + n) % wares.length]!, from + n)))
  }
}

/** Bytes of heap in use once the garbage is collected. */
const heapOf = async ({ kill, output }: Logged): Promise<number> => {
  const lines = () => [...output().matchAll(/^heap in use: (\d+)$/gm)]
  const before = lines().length
  kill("SIGUSR2")
  await until("the processor has collected its garbage", () => lines().length > before)
  return Number(lines().at(-1)![1])
}

/** Microseconds of processor time in a second, of the processor and of Redis. */
const atRest = async ({ processor, services }: Bench): Promise<readonly [number, number]> => {
  const pids = [processor.pid, services.redis.pid!] as const
  const before = pids.map(cpuMicros)
  await delay(REST_SECONDS * 1_000)
  const [own, redis] = pids.map((pid, at) => (cpuMicros(pid) - before[at]!) / REST_SECONDS)
  return [own!, redis!]
}

const percent = (micros: number): string => `${(micros / 10_000).toFixed(2)} %`

/** Opens holds for an hour, and measures what they cost. */
const measureOpen = async (bench: Bench, items: number): Promise<ReadonlyArray<string | number>> => {
  const { processor, redis } = bench
  const plan = { prefix: `open${items}`, items, count: HOLDS, acceptedAt: now(), holdSeconds: HOUR_SECONDS }
  const wares = waresOf(plan)
  await delay(SETTLE_MILLIS)
  const [bytes, heap] = [await usedBytes(redis), await heapOf(processor)]
  const idle = await atRest(bench)
  await feed(bench, plan)
  await untilHeld(redis, wares, HOLDS)
  await delay(SETTLE_MILLIS)
  const each = (sum: number) => Math.round(sum / HOLDS)
  const parts = ["open", "orders", "buyers"] as const
  const sizes: Array<number> = []
  for (const part of parts) {
    sizes.push(each(await keyBytes(redis, wares.map((itemId) => `{inventory:${itemId}}:${part}`))))
  }
  const all = each(await usedBytes(redis) - bytes)
  const rest = await atRest(bench)
  return [
    all,
    ...sizes,
    each(await heapOf(processor) - heap),
    percent(rest[0]),
    percent(idle[0]),
    percent(rest[1]),
    percent(idle[1])
  ]
}

/** Opens holds that all end in the same millisecond, and waits until all units are back. */
const measureEnd = async (bench: Bench, items: number): Promise<ReadonlyArray<string>> => {
  const { processor, redis, services } = bench
  const acceptedAt = now()
  const plan = { prefix: `ending${items}`, items, count: HOLDS, acceptedAt, holdSeconds: ENDING_IN }
  const wares = waresOf(plan)
  await feed(bench, plan)
  await untilHeld(redis, wares, HOLDS)
  const due = acceptedAt + ENDING_IN * 1_000
  await delay(due - now())
  const pids = [processor.pid, services.redis.pid!, services.kafka.pid!]
  const before = pids.map(cpuMicros)
  await untilHeld(redis, wares, 0)
  const seconds = (now() - due) / 1_000
  return [seconds.toFixed(1), ...pids.map((pid, at) => ((cpuMicros(pid) - before[at]!) / HOLDS).toFixed(1))]
}

const start = async (services: Services.Services): Promise<Omit<Bench, "send" | "redis">> => {
  const metricsPort = await freePort()
  const processor = await Services.startProcessor(services, metricsPort, {
    NODE_OPTIONS: `--import=${Services.pathOf("HeapOnSignal.ts")}`
  })
  await Services.untilAllWorkedOn(metricsPort)
  return { services, processor }
}

const HEADINGS = [
  "items",
  "B in Redis",
  "of :open",
  "of :orders",
  "of :buyers",
  "B heap",
  "CPU at rest",
  "without",
  "of Redis",
  "without",
  "last after s",
  "CPU µs/hold",
  "of Redis",
  "of Kafka"
]

/** Over services of its own, which no other holds have filled. */
const measure = (items: number): Promise<void> =>
  Services.within(async (services) => {
    const started = await start(services)
    const { close, send } = await Log.feeder(services)
    const redis = new Redis(services.redis.port, services.redis.host)
    const bench = { ...started, send, redis }
    try {
      const warmUp = { prefix: "warm", items: 10, count: WARM_UP_HOLDS, acceptedAt: now(), holdSeconds: 5 }
      await feed(bench, warmUp)
      await untilHeld(redis, waresOf(warmUp), 0)
      Table.print([items, ...await measureOpen(bench, items), ...await measureEnd(bench, items)])
    } finally {
      redis.disconnect()
      await close()
      await Services.end([started.processor])
    }
  })

export const run = async (): Promise<void> => {
  Table.print(HEADINGS)
  for (const items of ITEMS) await measure(items)
  await Services.within(HoldOrders.run)
}
