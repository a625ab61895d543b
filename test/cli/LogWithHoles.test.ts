/**
 * A log that is compacted behind an engine, on a real Kafka: of each item the last record is left. A store that holds
 * the fold is the only right copy then, and nothing may be concluded from the log.
 */
import { NodeServices } from "@effect/platform-node"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as RecoverRun from "@flash-sale/cli/recover/RecoverRun"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as LogGaps from "@flash-sale/infra/kafka/client/LogGaps"
import * as Policies from "@flash-sale/infra/kafka/topics/Policies"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Duration, Effect, Schedule, Stream } from "effect"
import { ConfigResourceTypes, Kafka, logLevel } from "kafkajs"
import * as MarkedLog from "../infra/kafka/MarkedLog.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { kafkaLib, needed } from "../servers/servers.ts"
import { isUnavailable } from "../servers/Unavailable.ts"
import * as CapturedCommand from "./CapturedCommand.ts"
import * as CutLog from "./CutLog.ts"
import * as ItemSales from "./ItemSales.ts"
import * as KafkaEngine from "./KafkaEngine.ts"

const lib = needed(kafkaLib())
const TEST_TIMEOUT = 120_000
const UNITS = 4
const SOLD = { available: 0, held: 0, put: UNITS, sold: UNITS }
const PARTITION = PartitionId.make(0)
const { ITEM } = KafkaEngine
/** A segment is closed by the next record, and the cleaner looks all the time. */
const COMPACTED = {
  "cleanup.policy": "compact",
  "min.cleanable.dirty.ratio": "0",
  "segment.ms": "1",
  "max.compaction.lag.ms": "1"
}
/** The broker answers at once, so that nothing has to be waited for. */
const QUICK = Duration.millis(300)
const REMEDY = "flash-sale recover --accept-log --partition 0"

describe.skipIf(isUnavailable(kafkaLib()))("A log with holes", () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await KafkaBroker.make(lib, { settings: () => ({ "log.cleaner.backoff.ms": "100" }) })
    await broker.start()
  }, TEST_TIMEOUT)
  afterAll(() => broker.stop())

  const configure = (topic: string, entries: Readonly<Record<string, string>>) =>
    KafkaEngine.administer(broker.address, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: Object.entries(entries).map(([name, value]) => ({ name, value }))
        }]
      }))

  /** Closes a segment. Not by the engine, which refuses a topic that is compacted. */
  const append = (topic: string) =>
    Effect.promise(async () => {
      const producer = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).producer()
      await producer.connect()
      await producer.send({ topic, messages: [{ partition: 0, key: "other", value: "{}", headers: { type: "none" } }] })
      await producer.disconnect()
    })

  /** Waits until the cleaner has taken the first record. */
  const compacted = ({ ordersTopic }: KafkaSettings) =>
    Effect.gen(function*() {
      const { read } = yield* LogReader
      const first = Effect.gen(function*() {
        yield* append(ordersTopic)
        const [records] = yield* Stream.runCollect(Stream.take(read(PARTITION, 0, 1, "as is"), 1))
        return records?.[0]
      })
      yield* configure(ordersTopic, COMPACTED)
      yield* Effect.repeat(first, { schedule: Schedule.spaced("200 millis"), until: (record) => record === undefined })
      yield* configure(ordersTopic, Policies.KEPT)
    })

  it.live(
    "is refused by a processor with an empty Redis, by reconcile and by recover, until it is accepted",
    () =>
      Effect.gen(function*() {
        const { accept, charges, items, processor, reconcile, reconcileAndApply, redis, settings, url } =
          yield* KafkaEngine.make(broker.address)
        yield* Effect.provide(ItemSales.sell([ITEM], UNITS), processor)
        yield* Effect.provide(compacted(settings), items)

        // The store is the only right copy: nothing is said of it, and nothing is taken away.
        const why = /record \d+ of the log is missing, and the log does not end before it/
        for (const compare of [reconcile, reconcileAndApply]) {
          const compared = yield* compare
          expect(compared).toMatchObject({ isSuccess: false })
          expect(compared.out).toMatch(why)
          expect(compared.out).toContain("0 items compared, 0 differ")
          expect(compared.complaint).toContain("partitions that are not wholly compared: 1")
        }
        yield* Effect.gen(function*() {
          yield* CutLog.running(1)
          expect(yield* KafkaEngine.counts).toEqual(SOLD)
        }).pipe(Effect.provide(processor))
        const surveyed = yield* CapturedCommand.capture(Effect.provide(RecoverRun.surveyed(undefined), items))
        expect(surveyed.complaint).toMatch(/partition 0: damaged_log: record 0 of the log is missing/)
        expect((yield* accept(undefined, false)).out).toBe("log and store fit each other: there is nothing to accept")

        yield* redis.cli("FLUSHALL")
        charges.clear()
        yield* Effect.gen(function*() {
          yield* CutLog.refused
          const [status, body] = yield* KafkaEngine.healthAt(url)
          expect(status).toBe(503)
          expect(body).toContain(
            "partition 0: damaged_log: record 0 of the log is missing, and the log does not end before"
          )
          expect(body).toContain(REMEDY)
          expect(yield* redis.cli("EXISTS", "inventory:shoes")).toBe(0)
          expect(yield* reconcileAndApply).toMatchObject({ isSuccess: false })
          expect([...charges]).toEqual([])
          expect((yield* accept(0, true)).out).toContain("partition 0: folded again")
          yield* CutLog.running(1)
          expect((yield* KafkaEngine.counts).put).toBe(0)
          yield* ItemSales.append([ITEM], 1, ["after"])
          expect(yield* CutLog.fate("after-0")).toBe("COMPLETED")
          expect(yield* CutLog.fate("after-1")).toBe("FAILED_SOLD_OUT")
          expect([...charges]).toEqual(["shoes:after-0:1"])
          expect(yield* reconcile).toMatchObject({ isSuccess: true })
        }).pipe(Effect.provide(processor))
        // What is taken away could not be folded again.
        yield* redis.cli("HSET", Keys.meta(ItemId.make(ITEM)), "per_user_limit", "1")
        const damaged = yield* reconcileAndApply
        expect(damaged).toMatchObject({ isSuccess: false })
        expect(damaged.out).toContain("folding it again would not make it right, so it is left alone")
        expect(yield* redis.cli("EXISTS", Keys.mark(PARTITION))).toBe(1)
        // What was accepted stays so, for as long as the store is there.
        yield* Effect.provide(CutLog.running(1), processor)
        expect((yield* accept(0, true)).out).toBe("log and store fit each other: there is nothing to accept")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )

  it.live(
    "that somebody's transaction left at its end is refused, and passed over once it is accepted",
    () =>
      Effect.gen(function*() {
        const { accept, charges, processor, reconcile, settings } = yield* KafkaEngine.make(broker.address)
        yield* Effect.provide(ItemSales.sell([ITEM], UNITS), processor)
        const marker = yield* MarkedLog.mark(settings, 0)
        charges.clear()
        yield* Effect.gen(function*() {
          const { problems } = yield* CutLog.refused
          expect(problems).toEqual([expect.stringContaining(`damaged_log: record ${marker} of the log is missing`)])
          expect((yield* accept(undefined, true)).out).toContain(`the log is accepted from 0 to ${marker + 1}`)
          yield* CutLog.running(1)
          expect(yield* KafkaEngine.counts).toEqual(SOLD)
          expect([...charges]).toEqual([])
          yield* ItemSales.append([ITEM], 0, ["after"])
          expect(yield* CutLog.fate("after-1")).toBe("FAILED_SOLD_OUT")
          expect(yield* reconcile).toMatchObject({ isSuccess: true })
        }).pipe(Effect.provide(processor))
      }).pipe(Effect.scoped, Effect.provideService(LogGaps.LookEvery, QUICK), Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )
})
