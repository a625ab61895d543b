/** A log that was lost in part behind an intact Redis, on a real Kafka: refused, accepted, and folded again. */
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Policies from "@flash-sale/infra/kafka/topics/Policies"
import { Effect, Schedule } from "effect"
import { kafkaAddr, needed } from "../servers/servers.ts"
import * as CutLog from "./CutLog.ts"
import * as ItemSales from "./ItemSales.ts"
import * as KafkaEngine from "./KafkaEngine.ts"

const kafka = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const UNITS = 4
const { ITEM } = KafkaEngine

/** Brokers delete records after a week where a topic does not say otherwise. */
const kept = Object.entries(Policies.KEPT).map(([name, value]) => ({ name, value }))

/** The topic is gone, with all that was in it, and another of its name is there. */
const lost = ({ ordersTopic }: KafkaSettings) =>
  Effect.andThen(
    KafkaEngine.administer(kafka, (admin) => admin.deleteTopics({ topics: [ordersTopic] })),
    KafkaEngine.administer(kafka, (admin) =>
      admin.createTopics({ topics: [{ topic: ordersTopic, numPartitions: 1, configEntries: kept }] })).pipe(
        // Kafka answers before a topic is really gone.
        Effect.sandbox,
        Effect.retry(Schedule.spaced("100 millis")),
        Effect.orDie
      )
  )

const REMEDY = "flash-sale recover --accept-log --partition 0"

describe("flash-sale recover --accept-log on Kafka and Redis", () => {
  it.live("another log of the same length or more is refused until it is accepted", () =>
    Effect.gen(function*() {
      const { accept, charges, ports, processor, reconcile, settings, url } = yield* KafkaEngine.make(kafka)
      expect(home(ItemId.make(ITEM), 1)).toBe(0)
      yield* Effect.provide(ItemSales.sell([ITEM], UNITS), processor)
      yield* lost(settings)
      yield* Effect.gen(function*() {
        yield* ItemSales.append([ITEM], UNITS, ["other"])
        yield* ItemSales.append([ITEM], 0, ["more"])
      }).pipe(Effect.provide(ports))
      charges.clear()
      yield* Effect.gen(function*() {
        yield* CutLog.refused
        const [status, body] = yield* KafkaEngine.healthAt(url)
        expect(status).toBe(503)
        expect(body).toMatch(
          /partition 0: replaced_log: the log holds another record at \d+ than the one that the store has folded/
        )
        expect(body).toContain(REMEDY)
        expect(yield* KafkaEngine.counts).toEqual({ available: 0, held: 0, put: UNITS, sold: UNITS })
        const rehearsed = yield* accept(0, false)
        expect(rehearsed.complaint).toContain("nothing was changed")
        expect(rehearsed.out).toContain(`${UNITS} orders that held units in the store are lost`)
        expect([...charges]).toEqual([])
        const accepted = yield* accept(0, true)
        expect(accepted.out).toContain("partition 0: folded again")
        yield* CutLog.running(1)
        yield* ItemSales.settled([ITEM], UNITS)
        expect(yield* CutLog.fate("other-3")).toBe("COMPLETED")
        expect(yield* CutLog.fate("more-5")).toBe("FAILED_SOLD_OUT")
        expect((yield* KafkaEngine.healthAt(url))[0]).toBe(200)
        expect(yield* KafkaEngine.counts).toEqual({ available: 0, held: 0, put: UNITS, sold: UNITS })
        expect(charges.size).toBe(UNITS)
        expect(yield* reconcile).toMatchObject({ isSuccess: true })
      }).pipe(Effect.provide(processor))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live(
    "a shorter log, and one that was trimmed behind an empty Redis, are refused until they are accepted",
    () =>
      Effect.gen(function*() {
        const { accept, charges, ports, processor, reconcile, redis, settings, url } = yield* KafkaEngine.make(kafka)
        yield* Effect.gen(function*() {
          yield* ItemSales.sell([ITEM], UNITS)
          yield* ItemSales.append([ITEM], 0, ["second"])
          expect(yield* CutLog.fate("second-5")).toBe("FAILED_SOLD_OUT")
        }).pipe(Effect.provide(processor))
        yield* lost(settings)
        yield* Effect.provide(ItemSales.append([ITEM], 2, ["few"]), ports)
        charges.clear()
        yield* Effect.gen(function*() {
          yield* CutLog.refused
          const [status, body] = yield* KafkaEngine.healthAt(url)
          expect(status).toBe(503)
          expect(body).toMatch(
            /partition 0: ahead_of_log: the log ends at 7, but the store has folded it up to \d+; .*--accept-log/
          )
          expect([...charges]).toEqual([])
          expect((yield* accept(0, true)).out).toContain("partition 0: folded again")
          yield* CutLog.running(1)
          yield* ItemSales.settled([ITEM], 2)
          expect(yield* KafkaEngine.counts).toEqual({ available: 0, held: 0, put: 2, sold: 2 })
          expect(yield* reconcile).toMatchObject({ isSuccess: true })
        }).pipe(Effect.provide(processor))

        yield* redis.cli("FLUSHALL")
        // The stock is gone from the log, and the first order.
        yield* KafkaEngine.administer(kafka, async (admin) => {
          // The library must have heard of the topic.
          await admin.fetchTopicOffsets(settings.ordersTopic)
          await admin.deleteTopicRecords({ topic: settings.ordersTopic, partitions: [{ partition: 0, offset: "2" }] })
        })
        charges.clear()
        yield* Effect.gen(function*() {
          yield* CutLog.refused
          const [status, body] = yield* KafkaEngine.healthAt(url)
          expect(status).toBe(503)
          expect(body).toContain("partition 0: trimmed_log: the log begins at 2, but the store needs it from 0 on; ")
          expect(body).toContain(REMEDY)
          expect(yield* redis.cli("EXISTS", "inventory:shoes")).toBe(0)
          expect((yield* accept(0, true)).out).toContain("partition 0: the log is accepted from 2 to ")
          yield* CutLog.running(1)
          expect(yield* KafkaEngine.counts).toEqual({ available: 0, held: 0, put: 0, sold: 0 })
          yield* ItemSales.append([ITEM], 1, ["after"])
          expect(yield* CutLog.fate("after-0")).toBe("COMPLETED")
          expect(yield* CutLog.fate("after-1")).toBe("FAILED_SOLD_OUT")
          expect(yield* KafkaEngine.counts).toEqual({ available: 0, held: 0, put: 1, sold: 1 })
          expect([...charges]).toEqual(["shoes:after-0:1"])
        }).pipe(Effect.provide(processor))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )
})
