/** `flash-sale recover --repartition` as a process of its own, killed wherever it is: either log works as before. */
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Infra from "@flash-sale/infra/Infra"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, Layer, Logger } from "effect"
import type { Redis } from "ioredis"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Processors from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"

const lib = needed(kafkaLib())
needed(redisServerProgram())

const TIMEOUT = 600_000
const FINAL_WITHIN = 60_000
/** Enough for each step to take longer than it takes to see its line. */
const ITEMS = 400
const STOCK = 2
const ORDERS = 3

/** What is printed before each step. The kill strikes within the step that follows. */
const LINES = [
  // It copies.
  "is there, with",
  // It clears the store.
  "is complete: the group goes on",
  // It switches.
  "statuses stay",
  // It folds.
  "is a fold of"
]

const items = Array.from({ length: ITEMS }, (_, n) => ItemId.make(`item-${n}`))

const fill = Effect.gen(function*() {
  const log = yield* OrderLog
  yield* log.partitions
  yield* Effect.forEach(items, (itemId) =>
    Effect.gen(function*() {
      const adjustment = { command: CommandId.make("first"), delta: STOCK }
      yield* log.append(LogRecord.encode(itemId, Command.Adjust({ adjustment })))
      for (let n = 0; n < ORDERS; n++) {
        const order = {
          requestId: RequestId.make(`${itemId}-${n}`),
          userId: UserId.make(`u-${n}`),
          itemId,
          amount: 1
        }
        const place = { order, attempt: 1, acceptedAt: 1_000, correlationId: CorrelationId.make("sold") }
        yield* log.append(LogRecord.encode(itemId, Command.Place(place)))
      }
    }), { concurrency: 100, discard: true })
})

/** What buyers see of every order, and what is left of every item. */
const seen = async (redis: Redis) => {
  const ids = items.flatMap((itemId) => Array.from({ length: ORDERS }, (_, n) => `${itemId}-${n}`))
  const values = await redis.mget(ids.map((id) => `order_status:${id}`))
  const left = await redis.mget(items.map((itemId) => `inventory:${itemId}`))
  const sold = await Promise.all(items.map((itemId) => redis.hget(`{inventory:${itemId}}:meta`, "sold")))
  return { statuses: values.map((value) => value === null ? value : JSON.parse(value).status), left, sold }
}

describe("flash-sale recover --repartition, killed", () => {
  it("kill -9 at any step leaves one of both logs, whole, and the next run ends", { timeout: TIMEOUT }, async () => {
    const broker = await KafkaBroker.make(lib)
    onTestFinished(() => broker.stop())
    const server = await RedisServer.make()
    onTestFinished(() => server.stop())
    await Promise.all([broker.start(), server.start()])
    const redis = Processors.operator(server)
    const servers = { REDIS_ADDR: server.address, KAFKA_ADDR: broker.address, PAYMENT_FAILURE_RATE: "0" }
    let log = { topic: "orders", partitions: 12 }
    const env = () => ({
      ...servers,
      ORDERS_TOPIC: log.topic,
      ORDER_EVENTS_TOPIC: `events-of-${log.topic}`,
      KAFKA_PARTITIONS: String(log.partitions)
    })

    /** A processor of the present log comes up, folds all there is, and goes. */
    const works = async () => {
      const processor = await Services.service("processor", env())
      await processor.start()
      await until("all partitions are folded", async () => {
        const { partitions } = await Processors.healthOf(processor)
        return partitions["running"] === log.partitions
      }, FINAL_WITHIN)
      await until("all orders are final", async () => {
        const { statuses } = await seen(redis)
        return statuses.every((status) => status === "COMPLETED" || status === "FAILED_SOLD_OUT")
      }, FINAL_WITHIN)
      await Processors.stops(processor)
    }
    const isRight = async () => {
      const { code, output } = await Services.run(["reconcile"], env())
      expect([code, output]).toEqual([0, expect.stringContaining("0 differ")])
    }
    const moveTo = (topic: string, partitions: number) =>
      Services.flashSale(["recover", "--repartition", String(partitions), "--to-topic", topic], env())

    const kafka = { ...KafkaSettings.defaults, brokers: [broker.address] }
    const [host = "", port] = server.address.split(":")
    const ports = Infra.layerDistributed({ redis: { host, port: Number(port) }, kafka })
    await Effect.runPromise(fill.pipe(Effect.provide(ports.pipe(Layer.provide(Logger.layer([]))))))
    await works()
    const before = await seen(redis)
    expect(before.sold.every((sold) => sold === String(STOCK))).toBe(true)

    let moved = 0
    for (const [at, line] of LINES.entries()) {
      const target = { topic: `orders-${at}`, partitions: log.partitions === 12 ? 24 : 12 }
      const command = await moveTo(target.topic, target.partitions)
      await command.waitFor(line)
      command.kill("SIGKILL")
      expect((await command.exit).signal).toBe("SIGKILL")
      const written = await redis.hgetall("log")
      const isMoved = written["topic"] === target.topic
      expect(isMoved || written["topic"] === log.topic).toBe(true)
      if (isMoved) {
        moved++
        log = target
      }
      await works()
      await isRight()
      expect(await seen(redis)).toEqual(before)
    }
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(LINES.length)

    const last = { topic: "orders-last", partitions: 7 }
    const command = await moveTo(last.topic, last.partitions)
    expect((await command.exit).code, command.output()).toBe(0)
    expect(command.output()).toContain(`Set ORDERS_TOPIC=${last.topic} and KAFKA_PARTITIONS=7`)
    log = last
    expect(await seen(redis)).toEqual(before)
    await isRight()
    await works()
    expect(await seen(redis)).toEqual(before)
  })
})
