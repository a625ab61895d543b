/** A log that was lost in part behind an intact Redis, on a real Kafka: refused, accepted, and folded again. */
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/ReconcileRun"
import * as Accept from "@flash-sale/cli/recover/Accept"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import * as Infra from "@flash-sale/infra/Infra"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Policies from "@flash-sale/infra/kafka/topics/Policies"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Health from "@flash-sale/processor/Health"
import { Context, Effect, Layer, Logger, Schedule } from "effect"
import { Kafka } from "kafkajs"
import * as KafkaSettingsOfTest from "../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../infra/redis/OwnRedis.ts"
import { freePort } from "../servers/Ports.ts"
import { kafkaAddr, needed } from "../servers/servers.ts"
import * as CapturedCommand from "./CapturedCommand.ts"
import * as CutLog from "./CutLog.ts"
import * as ItemSales from "./ItemSales.ts"

const kafka = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const UNITS = 4
const ITEM = "shoes"

/** A partition, a Redis, and a processor whose health is served. */
const engine = Effect.gen(function*() {
  const settings = KafkaSettingsOfTest.settingsAt(kafka, { partitions: 1 })
  const redis = Context.get(yield* Layer.build(OwnRedis.layerStopped), OwnRedis.OwnRedis)
  yield* redis.start
  const port = yield* Effect.promise(() => freePort())
  const charges = CutLog.makeCharges()
  const silent = Logger.layer([])
  const ports = Layer.provide(Infra.layerDistributed({ redis: redis.address, kafka: settings }), silent)
  const items = Layer.merge(Infra.layerItems(redis.address), Infra.layerReader(settings)).pipe(Layer.provide(silent))
  return {
    settings,
    redis,
    ports,
    charges: charges.keys,
    url: `http://127.0.0.1:${port}/health`,
    processor: MetricsServer.layer({ port, health: Health.check, isReady: Health.isReady }).pipe(
      Layer.provide(Telemetry.layerMetrics("processor")),
      Layer.provideMerge(CutLog.processor(charges.layer)),
      Layer.provideMerge(ports),
      Layer.provide(silent)
    ),
    accept: (yes: boolean) => CapturedCommand.capture(Effect.provide(Accept.run({ partition: 0, yes }), items)),
    reconcile: CapturedCommand.capture(Effect.provide(Reconcile.run({ item: undefined, apply: false }), items))
  }
})

const administer = <A>(what: (admin: ReturnType<Kafka["admin"]>) => Promise<A>) =>
  Effect.promise(async () => {
    const admin = new Kafka({ brokers: [kafka], logLevel: 0 }).admin()
    await admin.connect()
    const found = await what(admin)
    await admin.disconnect()
    return found
  })

/** Brokers delete records after a week where a topic does not say otherwise. */
const kept = Object.entries(Policies.KEPT).map(([name, value]) => ({ name, value }))

/** The topic is gone, with all that was in it, and another of its name is there. */
const lost = ({ ordersTopic }: KafkaSettings) =>
  Effect.andThen(
    administer((admin) => admin.deleteTopics({ topics: [ordersTopic] })),
    administer((admin) =>
      admin.createTopics({ topics: [{ topic: ordersTopic, numPartitions: 1, configEntries: kept }] })
    ).pipe(
      // Kafka answers before a topic is really gone.
      Effect.sandbox,
      Effect.retry(Schedule.spaced("100 millis")),
      Effect.orDie
    )
  )

const problemOf = (url: string) =>
  Effect.promise(async () => {
    const answer = await fetch(url)
    return [answer.status, JSON.stringify(await answer.json())] as const
  })

const counts = Effect.gen(function*() {
  const store = yield* ItemStore
  const { available, held, stocked, sold } = yield* store.read(PartitionId.make(0), ItemId.make(ITEM))
  return { available, held, put: stocked, sold }
})

const REMEDY = "flash-sale recover --accept-log --partition 0"

describe("flash-sale recover --accept-log on Kafka and Redis", () => {
  it.live("another log of the same length or more is refused until it is accepted", () =>
    Effect.gen(function*() {
      const { accept, charges, ports, processor, reconcile, settings, url } = yield* engine
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
        const [status, body] = yield* problemOf(url)
        expect(status).toBe(503)
        expect(body).toMatch(
          /partition 0: replaced_log: the log holds another record at \d+ than the one that the store has folded/
        )
        expect(body).toContain(REMEDY)
        expect(yield* counts).toEqual({ available: 0, held: 0, put: UNITS, sold: UNITS })
        const rehearsed = yield* accept(false)
        expect(rehearsed.complaint).toContain("nothing was changed")
        expect(rehearsed.out).toContain(`${UNITS} orders that held units in the store are lost`)
        expect([...charges]).toEqual([])
        const accepted = yield* accept(true)
        expect(accepted.out).toContain("partition 0: folded again")
        yield* CutLog.running(1)
        yield* ItemSales.settled([ITEM], UNITS)
        expect(yield* CutLog.fate("other-3")).toBe("COMPLETED")
        expect(yield* CutLog.fate("more-5")).toBe("FAILED_SOLD_OUT")
        expect((yield* problemOf(url))[0]).toBe(200)
        expect(yield* counts).toEqual({ available: 0, held: 0, put: UNITS, sold: UNITS })
        expect(charges.size).toBe(UNITS)
        expect(yield* reconcile).toMatchObject({ isSuccess: true })
      }).pipe(Effect.provide(processor))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live(
    "a shorter log, and one that was trimmed behind an empty Redis, are refused until they are accepted",
    () =>
      Effect.gen(function*() {
        const { accept, charges, ports, processor, reconcile, redis, settings, url } = yield* engine
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
          const [status, body] = yield* problemOf(url)
          expect(status).toBe(503)
          expect(body).toMatch(
            /partition 0: ahead_of_log: the log ends at 7, but the store has folded it up to \d+; .*--accept-log/
          )
          expect([...charges]).toEqual([])
          expect((yield* accept(true)).out).toContain("partition 0: folded again")
          yield* CutLog.running(1)
          yield* ItemSales.settled([ITEM], 2)
          expect(yield* counts).toEqual({ available: 0, held: 0, put: 2, sold: 2 })
          expect(yield* reconcile).toMatchObject({ isSuccess: true })
        }).pipe(Effect.provide(processor))

        yield* redis.cli("FLUSHALL")
        // The stock is gone from the log, and the first order.
        yield* administer(async (admin) => {
          // The library must have heard of the topic.
          await admin.fetchTopicOffsets(settings.ordersTopic)
          await admin.deleteTopicRecords({ topic: settings.ordersTopic, partitions: [{ partition: 0, offset: "2" }] })
        })
        charges.clear()
        yield* Effect.gen(function*() {
          yield* CutLog.refused
          const [status, body] = yield* problemOf(url)
          expect(status).toBe(503)
          expect(body).toContain("partition 0: trimmed_log: the log begins at 2, but the store needs it from 0 on; ")
          expect(body).toContain(REMEDY)
          expect(yield* redis.cli("EXISTS", "inventory:shoes")).toBe(0)
          expect((yield* accept(true)).out).toContain("partition 0: the log is accepted from 2 to ")
          yield* CutLog.running(1)
          expect(yield* counts).toEqual({ available: 0, held: 0, put: 0, sold: 0 })
          yield* ItemSales.append([ITEM], 1, ["after"])
          expect(yield* CutLog.fate("after-0")).toBe("COMPLETED")
          expect(yield* CutLog.fate("after-1")).toBe("FAILED_SOLD_OUT")
          expect(yield* counts).toEqual({ available: 0, held: 0, put: 1, sold: 1 })
          expect([...charges]).toEqual(["shoes:after-0:1"])
        }).pipe(Effect.provide(processor))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )
})
