/**
 * `npm run bench -- recovery`: how long a log of a million orders takes to fold into an empty Redis, by a processor
 * that finds Redis empty, and by `flash-sale recover --to`. The group has committed the whole log, as it has when Redis
 * is lost in the middle of a sale: nothing is published twice, but the statuses that buyers may still ask for are
 * written.
 */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { headersOf } from "@flash-sale/domain/ports/OrderEvents"
import type * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { Redis } from "ioredis"
import { Kafka, logLevel } from "kafkajs"
import { freePort } from "../test/servers/Ports.ts"
import { RedisServer } from "../test/servers/RedisServer.ts"
import * as Cpu from "./Cpu.ts"
import * as Log from "./Log.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ORDERS = Number(process.env["ORDERS"] ?? 1_000_000)
/** Payments in one record, at the most. */
const PAID_AT_ONCE = 500
/** Orders that are appended at once, and of each item followed by their payments. */
const BATCH = 5_000
const TIMEOUT_MILLIS = 600_000
const GROUP = "order-processor"
const EVENTS_TOPIC = "order-events"
const DAY = 24 * 60 * 60 * 1_000
/** The folder of another build, whose processor folds the same logs in turn; how often each does. */
const BEFORE = process.env["BEFORE"]
const ROUNDS = Number(process.env["ROUNDS"] ?? 1)
const BUILDS = [...(BEFORE === undefined ? [] : [["before", BEFORE] as const]), ["a processor", undefined] as const]
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

/** Orders of the items one after the other, each held and paid for. Returns the number of their records. */
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

/** As if processors had published and told all of it. */
const commitAll = async ({ kafka }: Services.Services): Promise<void> => {
  const client = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING })
  const admin = client.admin()
  await admin.connect()
  const partitions = (await admin.fetchTopicOffsets(Log.TOPIC)).map(({ high, partition }) => ({
    partition,
    offset: high
  }))
  await admin.setOffsets({ groupId: GROUP, topic: Log.TOPIC, partitions })
  await admin.disconnect()
  const producer = client.producer()
  await producer.connect()
  const messages = partitions.map(({ offset, partition }) => {
    const next = Number(offset)
    return {
      partition,
      value: CloudEvent.writePosition(PartitionId.make(partition), next, performance.timeOrigin),
      headers: headersOf(next, undefined)
    }
  })
  await producer.send({ topic: EVENTS_TOPIC, acks: -1, messages })
  await producer.disconnect()
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

interface Measured {
  readonly seconds: number
  /** Of the process that folds; the most memory that it had as well. */
  readonly own: Cpu.Used
  readonly redisMicros: number
  readonly kafkaMicros: number
}

/** Measures `fold` from its start to its end, and what it costs the servers. */
const measured = async (
  { kafka }: Services.Services,
  redis: RedisServer,
  start: () => Promise<{ readonly pid: number; readonly end: Promise<unknown> }>
): Promise<Measured> => {
  const [redisBefore, kafkaBefore] = [Cpu.cpuMicros(redis.pid!), Cpu.cpuMicros(kafka.pid!)]
  const from = performance.now()
  const { end, pid } = await start()
  const used = Cpu.watch(pid)
  await end
  return {
    seconds: (performance.now() - from) / 1_000,
    own: used(),
    redisMicros: Cpu.cpuMicros(redis.pid!) - redisBefore,
    kafkaMicros: Cpu.cpuMicros(kafka.pid!) - kafkaBefore
  }
}

const byProcessor = async (services: Services.Services, build?: string): Promise<Measured> => {
  const port = await freePort()
  const started = Services.startProcessor(services, port, {}, build)
  const result = await measured(services, services.redis, async () => ({
    pid: (await started).pid,
    end: Services.untilAllWorkedOn(port, TIMEOUT_MILLIS)
  }))
  await Services.end([await started])
  return result
}

const byCommand = async (services: Services.Services): Promise<readonly [Measured, bytes: number]> => {
  const second = await RedisServer.make({ appendonly: "yes", appendfsync: "always", save: "" })
  try {
    await second.start()
    const result = await measured(services, second, async () => {
      const command = await Services.startProgram("recover", services, {}, ["--to", second.address])
      return {
        pid: command.pid,
        end: command.exit.then(({ code }) => {
          if (code !== 0) throw new Error(command.output())
        })
      }
    })
    return [result, await memoryOf(second)]
  } finally {
    await second.stop()
  }
}

/** A log of the case's orders, all of it committed, and nothing in Redis. Returns the number of its records. */
const prepare = async (services: Services.Services, what: Case): Promise<number> => {
  const port = await freePort()
  const first = await Services.startProcessor(services, port)
  await Services.untilAllWorkedOn(port)
  await Services.end([first])
  const { close, send } = await Log.feeder(services)
  const records = await fill(send, what)
  await close()
  await lose(services)
  return records
}

const lose = async (services: Services.Services): Promise<void> => {
  await commitAll(services)
  await ask(services.redis, (redis) => redis.flushall())
}

/** Records a second that a processor of each build folds, all of the same log. */
export const recordsPerSecond = async (
  builds: ReadonlyArray<string>
): Promise<ReadonlyArray<number>> => {
  const rates: Array<number> = []
  await Services.within(async (services) => {
    const records = await prepare(services, CASES[0]!)
    for (const build of builds) {
      const { seconds } = await byProcessor(services, build)
      rates.push(records / seconds)
      await lose(services)
    }
  }, { appendfsync: "always" })
  return rates
}

const measure = (what: Case) =>
  Services.within(async (services) => {
    const records = await prepare(services, what)
    const row = (by: string, { kafkaMicros, own, redisMicros, seconds }: Measured) =>
      Table.print([
        by,
        seconds.toFixed(1),
        Math.round(ORDERS / seconds),
        Math.round(records / seconds),
        ...[own.cpuMicros, redisMicros, kafkaMicros].map((micros) => (micros / records).toFixed(1)),
        own.peakMegabytes.toFixed(0)
      ])
    process.stdout.write(`${what.name}\n`)
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, build] of BUILDS) {
        row(name, await byProcessor(services, build))
        await lose(services)
      }
    }
    const [also, bytes] = await byCommand(services)
    row("recover --to", also)
    process.stdout.write(`${(bytes / ORDERS).toFixed(0)} bytes in Redis for each order\n`)
  }, { appendfsync: "always" })

export const run = async (): Promise<void> => {
  Table.print(["by", "seconds", "orders/s", "records/s", "CPU µs/record", "of Redis", "of Kafka", "peak MB"])
  for (const [at, what] of CASES.entries()) if (WANTED?.includes(String(at)) !== false) await measure(what)
}
