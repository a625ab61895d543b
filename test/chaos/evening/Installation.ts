/** An installation on Kafka and Redis where orders need a key or a token, with the buyers of its shop. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Infra from "@flash-sale/infra/Infra"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, Layer, Logger, Stream } from "effect"
import { createHmac } from "node:crypto"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { onTestFinished } from "vitest"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed } from "../../servers/servers.ts"
import * as Services from "../Services.ts"

const SECRET = "a secret of the shop, of 32 bytes or more"
/** How soon a buyer asks again, in milliseconds, and how often. */
const AGAIN = 100
const MAX_TRIES = 600
/** How many orders each buyer of a flood sends, and the pause after each, in milliseconds. */
const ORDERS_OF_BUYER = 3
const BETWEEN = 60

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A buyer's token as a shop makes it. */
export const tokenOf = (sub: string, more: object = {}, secret = SECRET, header: object = { alg: "HS256" }): string => {
  const exp = Math.floor(Date.now() / 1_000) + 3_600
  const signed = `${part(header)}.${part({ sub, exp, ...more })}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

/** What a record of the log says of who made it, and what it changes. */
export interface Entry {
  readonly item: string
  readonly what: string
  readonly by: string
  readonly reason: string | undefined
}

/** What a record does, without what differs from run to run. */
const whatOf = (type: string, value: string, headers: Readonly<Record<string, string>>): string => {
  if (type === "place") return `attempt ${headers["attempt"]}`
  const { command: _, ...change } = JSON.parse(value) as Record<string, unknown>
  const told = Object.entries(change).map(([name, to]) =>
    `${name}=${name.endsWith("s_at") && to !== null ? "<time>" : String(to)}`
  )
  return [type, ...told].join(" ")
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : ""

/** The records of the log that people made, those of each item in order. */
const entries = Effect.gen(function*() {
  const reader = yield* LogReader
  const found: Array<Entry> = []
  for (let partition = 0; partition < (yield* reader.partitions); partition++) {
    const at = PartitionId.make(partition)
    const { end, start } = yield* reader.bounds(at)
    const records = (yield* Stream.runCollect(reader.read(at, start, end))).flat()
    for (const { headers, key, value } of records) {
      const operator = RecordHeaders.operatorOf(headers)
      if (operator?.by === undefined) continue
      const what = whatOf(headers["type"] ?? "place", textOf(value), headers)
      found.push({ item: textOf(key), what, by: operator.by, reason: operator.reason })
    }
  }
  return found.toSorted((one, other) => one.item < other.item ? -1 : one.item > other.item ? 1 : 0)
})

export interface Order {
  readonly name: string
  readonly user: string
  readonly item: string
}

/** The servers, the services and the environment of both. */
export const make = async () => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(needed(kafkaLib()))
  onTestFinished(() => kafka.stop())
  await Promise.all([redis.start(), kafka.start()])
  const keys = join(await Services.folder(), "keys.json")
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    API_KEYS_FILE: keys,
    AUTH: "required",
    BUYER_TOKEN_SECRET: SECRET,
    PAYMENT_LATENCY: "1ms",
    SHUTDOWN_NOTICE: "0ms"
  }
  const key = async (name: string, scopes: string): Promise<string> => {
    const made = await Services.run(["key", "create", "--name", name, "--scopes", scopes], env)
    const secret = new RegExp(`fs_${name}_\\w{32}`).exec(made.output)?.[0]
    if (made.code !== 0 || secret === undefined) throw new Error(`no key ${name}: ${made.output}`)
    return secret
  }
  const settings = { ...KafkaSettings.defaults, brokers: [kafka.address] }
  const reader = Layer.provide(Infra.layerReader(settings), Logger.layer([]))
  return {
    redis,
    kafka,
    env,
    keys,
    key,
    entries: () => Effect.runPromise(Effect.provide(entries, reader))
  }
}

/** The first answer to an order that is one: 503 and a connection that breaks are tried again. */
export const buy = async (url: string, { item, name, user }: Order, credential = tokenOf(user)): Promise<string> => {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      const response = await fetch(`${url}/buy`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
        body: JSON.stringify({ request_id: name, user_id: user, item_id: item, amount: 1 })
      })
      const { code = "" } = await response.json() as { readonly code?: string }
      if (response.status !== 503) return `${response.status} ${code}`.trim()
    } catch {
      // The gateway was killed before it answered.
    }
    await delay(AGAIN)
  }
  throw new Error(`order ${name} was never answered`)
}

/** Buyers who send one order after the other until they are told to stop. */
export interface Flood {
  /** Orders that were answered by now. */
  readonly count: () => number
  /** The answer to each order. */
  readonly stop: () => Promise<ReadonlyMap<Order, string>>
}

/** Each buyer of the item orders three times, one order after the other, so many of them at once. */
export const flood = (url: string, item: string, atOnce: number): Flood => {
  const answers = new Map<Order, string>()
  let isOver = false
  let sent = 0
  const send = async () => {
    while (!isOver) {
      const n = sent++
      const order = { item, name: `flood-${n}`, user: `u-${Math.floor(n / ORDERS_OF_BUYER)}` }
      answers.set(order, await buy(url, order))
      await delay(BETWEEN)
    }
  }
  const sending = Promise.all(Array.from({ length: atOnce }, send))
  return {
    count: () => answers.size,
    stop: async () => {
      isOver = true
      await sending
      return answers
    }
  }
}

/** The status in the end of an order that was accepted. */
export const fateOf = async (url: string, { name, user }: Order): Promise<string> => {
  let status = ""
  await until(`order ${name} is final`, async () => {
    const response = await fetch(`${url}/orders/${name}`, { headers: { authorization: `Bearer ${tokenOf(user)}` } })
    const body = await response.json() as { readonly status?: string }
    status = body.status ?? ""
    return response.status === 200 && status !== "PENDING" && status !== "RESERVED"
  })
  return status
}
