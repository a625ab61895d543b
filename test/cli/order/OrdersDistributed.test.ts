/** `flash-sale order` on a real Kafka and a real Redis, beside a processor. */
import { describe, expect, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer, Logger } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { fate, order, processor } from "../dlq/DlqCommandLine.ts"
import { typed } from "../engine/EitherWay.ts"

const address = needed(kafkaAddr())
const itemId = ItemId.make("mug")

describe("flash-sale order on Kafka and Redis", () => {
  it.live("an order is given back, and its history is read out of the topic", () =>
    Effect.gen(function*() {
      const { address: redis, start } = yield* OwnRedis.OwnRedis
      yield* start
      const kafka = settingsAt(address)
      const here = (line: string) =>
        typed(line, {
          REDIS_ADDR: `${redis.host}:${redis.port}`,
          KAFKA_ADDR: address,
          ORDERS_TOPIC: kafka.ordersTopic,
          ORDER_EVENTS_TOPIC: kafka.eventsTopic,
          KAFKA_PARTITIONS: String(kafka.partitions)
        })
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.partitions
        const adjustment = { command: "put" as never, target: 5 }
        yield* log.append(LogRecord.encode(itemId, Command.Adjust({ adjustment })))
        yield* log.append(order("r-1", itemId))
        expect(yield* fate("r-1", 1)).toBe("COMPLETED")
        const refunded = yield* here("order refund r-1 --restock --reason back")
        expect(refunded).toMatchObject({
          code: 0,
          out: "order \"r-1\", item mug: REFUNDED, its units are on sale again"
        })
        const { code, out } = yield* here("order history r-1 --item mug --json")
        expect(code).toBe(0)
        const { looked, records } = JSON.parse(out)
        expect(records.map((one: { type: string; order_status: string }) => [one.type, one.order_status])).toEqual([
          ["place", "RESERVED"],
          ["settle", "COMPLETED"],
          ["refund", "COMPLETED"],
          ["settle", "REFUNDED"]
        ])
        expect(looked).toMatchObject({ from: 0, until: looked.end, from_start: true })
        expect((yield* here("sale hold mug --for 5m --reason slow")).out).toContain(
          "holds:   5m, at most 1h by default"
        )
      }).pipe(Effect.provide(Layer.provideMerge(
        processor(0),
        Infra.layerDistributed({ redis, kafka }).pipe(Layer.provide(Logger.layer([])))
      )))
    }).pipe(Effect.provide(OwnRedis.layerStopped), Effect.scoped), 90_000)
})
