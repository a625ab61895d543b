/**
 * `npm run bench -- recovery`: how long a log of a million orders takes to fold into an empty Redis, by a processor that
 * finds Redis empty, and by `flash-sale recover --to`. The group has committed the whole log, as it has when Redis is
 * lost in the middle of a sale: nothing is told twice, but the statuses that buyers may still ask for are written.
 */
import type * as LogRecord from "@flash-sale/domain/LogRecord"
import { Redis } from "ioredis"
import { Kafka, logLevel } from "kafkajs"
import { freePort } from "../test/servers/Ports.ts"
import { spawnLogged } from "../test/servers/Processes.ts"
import { RedisServer } from "../test/servers/RedisServer.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Log from "./Log.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ORDERS = Number(process.env["ORDERS"] ?? 1_000_000)
/** Payments in one record, at the most. */
const PAID_AT_ONCE = 500
/** Orders that are appended at once, and of each item followed by their payments. */
const BATCH = 5_000
const PATIENCE_MILLIS = 600_000
const GROUP = "order-processor"
const DAY = 24 * 60 * 60 * 1_000
/** The numbers of the cases to measure, from 0 on; all of them where it is not set. */
const WANTED = process.env["CASES"]?.split(",")

interface Case {
  readonly name: string
  readonly items: number
  /** How old the orders are, in milliseconds. */
  readonly age: number
}

const CASES: ReadonlyArray<Case> = [
  { name: "1,000 items, orders of last week: no statuses", items: 1_000, age: 7 * DAY },
  { name: "1,000 items, orders of today: a status each", items: 1_000, age: 0 },
  { name: "one item, orders of last week: no statuses", items: 1, age: 7 * DAY }
]

/** Orders of the items in turn, each held and paid for. Answers with how many records they are. */
const fill = async (send: Log.Send, { age, items }: Case): Promise<number> => {
  const at = performance.timeOrigin + performance.now() - age
  const wares = Array.from({ length: items }, (_, item) => Log.itemOf("item", item))
  await send(wares.map((itemId) => Log.stock(itemId, ORDERS)), at)
  let records = items
  for (let from = 0; from < ORDERS; from += BATCH) {
    const places: Array<LogRecord.NewRecord> = []
    const names = new Map<number, Array<string>>()
    for (let n = from; n < Math.min(from + BATCH, ORDERS); n++) {
      const item = n % items
      places.push(Log.order(String(n), wares[item]!, at))
      const there = names.get(item)
      if (there === undefined) names.set(item, [String(n)])
      else there.push(String(n))
    }
    const settles = [...names].flatMap(([item, all]) =>
      Array.from(
        { length: Math.ceil(all.length / PAID_AT_ONCE) },
        (_, part) => Log.paid(all.slice(part * PAID_AT_ONCE, (part + 1) * PAID_AT_ONCE), wares[item]!)
      )
    )
    await send(places, at)
    await send(settles, at)
    records += places.length + settles.length
  }
  return records
}

/** As if processors had told all of it. */
const commitAll = async ({ kafka }: Services.Services): Promise<void> => {
  const admin = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const partitions = (await admin.fetchTopicOffsets(Log.TOPIC)).map(({ high, partition }) => ({
    partition,
    offset: high
  }))
  await admin.setOffsets({ groupId: GROUP, topic: Log.TOPIC, partitions })
  await admin.disconnect()
}

const ask = async <A>({ host, port }: RedisServer, question: (redis: Redis) => Promise<A>): Promise<A> => {
  const client = new Redis(port, host)
  try {
    return await question(client)
  } finally {
    client.disconnect()
  }
}

const memoryOf = (redis: RedisServer): Promise<number> =>
  ask(redis, async (client) => Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]))

const byProcessor = async (services: Services.Services): Promise<ReadonlyArray<number>> => {
  const port = await freePort()
  const redis = services.redis.pid!
  const before = cpuMicros(redis)
  const from = performance.now()
  const processor = await Services.startProcessor(services, port)
  await Services.untilAllWorkedOn(port, PATIENCE_MILLIS)
  const seconds = (performance.now() - from) / 1_000
  const cpu = [cpuMicros(processor.pid) / ORDERS, (cpuMicros(redis) - before) / ORDERS]
  await Services.end([processor])
  return [seconds, ...cpu]
}

const byCommand = async (services: Services.Services): Promise<ReadonlyArray<number>> => {
  const second = await RedisServer.make()
  try {
    await second.start()
    const args = [Services.pathOf("../packages/cli/src/main.ts"), "recover", "--to", second.address]
    const from = performance.now()
    const command = await spawnLogged(process.execPath, args, {
      env: { REDIS_ADDR: services.redis.address, KAFKA_ADDR: services.kafka.address }
    })
    const { code } = await command.exit
    if (code !== 0) throw new Error(command.output())
    return [(performance.now() - from) / 1_000, await memoryOf(second) / ORDERS]
  } finally {
    await second.stop()
  }
}

const measure = (what: Case) =>
  Services.within(async (services) => {
    const port = await freePort()
    const first = await Services.startProcessor(services, port)
    await Services.untilAllWorkedOn(port)
    await Services.end([first])
    const { close, send } = await Log.feeder(services)
    const records = await fill(send, what)
    await close()
    await commitAll(services)
    await ask(services.redis, (redis) => redis.flushall())
    const row = (by: string, seconds: number, ...rest: ReadonlyArray<number>) =>
      Table.print([
        by,
        seconds.toFixed(1),
        Math.round(ORDERS / seconds),
        Math.round(records / seconds),
        ...rest.map((
          figure
        ) => figure.toFixed(1))
      ])
    process.stdout.write(`${what.name}\n`)
    const [seconds, ...cpu] = await byProcessor(services)
    row("a processor", seconds!, ...cpu)
    const [also, bytes] = await byCommand(services)
    row("recover --to", also!)
    process.stdout.write(`${bytes!.toFixed(0)} bytes in Redis for each order\n`)
  }, { appendfsync: "always" })

export const run = async (): Promise<void> => {
  Table.print(["by", "seconds", "orders/s", "records/s", "CPU µs/order", "of Redis"])
  for (const [at, what] of CASES.entries()) if (WANTED?.includes(String(at)) !== false) await measure(what)
}
