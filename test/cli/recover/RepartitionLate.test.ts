/** Orders of a gateway that nobody stopped while the log was moved are decided all the same. */
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { Kafka, logLevel } from "kafkajs"
import { describe, expect, it, onTestFinished } from "vitest"
import * as Processors from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"

const lib = needed(kafkaLib())
needed(redisServerProgram())

const TIMEOUT = 240_000
const ITEM = ItemId.make("it-1")
const PARTITIONS = Processors.PARTITIONS

/** What a gateway appends when it accepts an order. */
const place = (name: string) => {
  const order = { requestId: RequestId.make(name), userId: UserId.make(`u-${name}`), itemId: ITEM, amount: 1 }
  const correlationId = CorrelationId.make(`c-${name}`)
  return LogRecord.encode(ITEM, Command.Place({ order, attempt: 1, acceptedAt: 1_000, correlationId }))
}

/** Appends to the topic whatever the store says, as a gateway does that has not looked at it yet. */
const append = async (address: string, name: string): Promise<void> => {
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const { headers, value } = place(name)
  const messages = [{ partition: home(ITEM, PARTITIONS), key: ITEM, value, headers: { ...headers } }]
  await producer.send({ topic: "orders", acks: -1, messages })
  await producer.disconnect()
}

describe("flash-sale recover --repartition beside a gateway", () => {
  it("an order that comes to the old topic after the switch is in the new one", { timeout: TIMEOUT }, async () => {
    const broker = await KafkaBroker.make(lib)
    onTestFinished(() => broker.stop())
    const server = await RedisServer.make()
    onTestFinished(() => server.stop())
    await Promise.all([broker.start(), server.start()])
    const redis = Processors.operator(server)
    const old = { REDIS_ADDR: server.address, KAFKA_ADDR: broker.address, PAYMENT_FAILURE_RATE: "0" }
    const moved = { ...old, ORDERS_TOPIC: "orders-24", ORDER_EVENTS_TOPIC: "order-events-24", KAFKA_PARTITIONS: "24" }
    const statusOf = async (name: string) => {
      const status = await redis.get(`order_status:${name}`)
      return status === null ? null : JSON.parse(status).status
    }

    const processor = await Services.service("processor", old)
    await processor.start()
    await processor.untilHealth(200)
    expect(await Services.run(["stock", "set", ITEM, "10"], old)).toMatchObject({ code: 0 })
    await append(broker.address, "early")
    await until("the first order is sold", async () => await statusOf("early") === "COMPLETED")
    await Processors.stops(processor)

    const command = await Services.flashSale(["recover", "--repartition", "24", "--to-topic", "orders-24"], old)
    await command.waitFor("is a fold of orders-24 from now on")
    await append(broker.address, "late")
    expect((await command.exit).code, command.output()).toBe(0)
    expect(command.output()).toContain(
      "1 records came to orders after it was copied, and are in orders-24 as well: a gateway runs, or a command."
    )

    const next = await Services.service("processor", moved)
    await next.start()
    await until("the late order is sold", async () => await statusOf("late") === "COMPLETED")
    expect(await redis.hget(`{inventory:${ITEM}}:meta`, "sold")).toBe("2")
    const { code, output } = await Services.run(["reconcile"], moved)
    expect([code, output]).toEqual([0, expect.stringContaining("0 differ")])
    await Processors.stops(next)
  })
})
