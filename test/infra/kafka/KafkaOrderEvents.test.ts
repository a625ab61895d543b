/** What only Kafka promises of order events: how their topic is made, and what is said where it is wrong. */
import { assert, describe, it } from "@effect/vitest"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { LogUnavailable, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Context, Deferred, Effect, Layer, Schedule } from "effect"
import type { Admin } from "kafkajs"
import * as OrderEventsContract from "../../contract/OrderEventsContract.ts"
import { administer } from "../../servers/KafkaAdmin.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as MarkedLog from "./MarkedLog.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const ONE = PartitionId.make(1)
const MONTH = String(30 * 24 * 3_600 * 1_000)

const event = (value: string) => ({ itemId: ItemId.make("shoes"), value, traceparent: undefined })
const append = (events: OrderEvents["Service"], next = 1) => events.append(ONE, [event("{}")], Offset.make(next))

OrderEventsContract.suite("Kafka", KafkaInfra.layerEvents(settingsAt(address), true))

/** A process of its own. Its connections end with the scope. */
const aProcess = (settings: KafkaSettings, mayMake = true) =>
  Effect.map(Layer.build(KafkaInfra.layerEvents(settings, mayMake)), Context.get(OrderEvents))

const ask = <A>(what: (admin: Admin) => Promise<A>) => Effect.promise(() => administer(address, what))

const valuesOf = ({ eventsTopic: name }: KafkaSettings, names: ReadonlyArray<string>) =>
  Effect.map(
    ask((admin) =>
      admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name, configNames: [...names] }] })
    ),
    ({ resources }) =>
      Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  )

const configure = (name: string, values: Readonly<Record<string, string>>) => {
  const configEntries = Object.entries(values).map(([key, value]) => ({ name: key, value }))
  return ask((admin) => admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] }))
}

const until = <E>(condition: Effect.Effect<boolean, E>) =>
  Effect.filterOrFail(condition, (is) => is, () => "not yet" as const).pipe(
    Effect.retry(Schedule.spaced("20 millis"))
  )

const detailOf = <A>(effect: Effect.Effect<A, LogUnavailable | PartitionLost>) =>
  Effect.map(Effect.flip(effect), (error) => error._tag === "LogUnavailable" ? error.detail : error._tag)

describe("The topic of order events", () => {
  it.live(
    "is made by who tells, once something is told, with the log's partitions, and kept for a month",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        const events = yield* aProcess(settings)
        assert.isFalse(yield* events.isUp)
        assert.notInclude(yield* ask((admin) => admin.listTopics()), settings.eventsTopic)
        yield* append(events)
        const { topics } = yield* ask((admin) => admin.fetchTopicMetadata({ topics: [settings.eventsTopic] }))
        assert.strictEqual(topics[0]!.partitions.length, settings.partitions)
        assert.deepStrictEqual(
          yield* valuesOf(settings, ["cleanup.policy", "retention.ms", "retention.bytes"]),
          { "cleanup.policy": "delete", "retention.ms": MONTH, "retention.bytes": "-1" }
        )
      }),
    TEST_TIMEOUT
  )

  it.live("is waited for by who reads", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address)
      const reader = yield* aProcess(settings, false)
      const read = yield* Deferred.make<string>()
      yield* Effect.forkScoped(reader.consume(`readers-${settings.eventsTopic}`, (owned) =>
        owned.partition !== ONE ? owned.revoked : Effect.gen(function*() {
          yield* owned.seek(Offset.make(0))
          const [record] = yield* owned.take(1)
          yield* Deferred.succeed(read, new TextDecoder().decode(record!.value))
          yield* owned.revoked
        }).pipe(Effect.orDie)))
      assert.strictEqual(
        yield* detailOf(append(reader)),
        `Kafka: the topic ${settings.eventsTopic} is not there yet: a processor makes it`
      )
      assert.notInclude(
        yield* ask((admin) =>
          admin.listTopics()
        ),
        settings.eventsTopic
      )
      yield* (yield* aProcess(settings)).append(ONE, [event("told")], Offset.make(1))
      assert.strictEqual(yield* Deferred.await(read), "told")
    }), TEST_TIMEOUT)

  it.live("with another number of partitions than the log is not used", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address)
      yield* ask((admin) =>
        admin.createTopics({ waitForLeaders: true, topics: [{ topic: settings.eventsTopic, numPartitions: 2 }] })
      )
      const events = yield* aProcess(settings)
      const why = `Kafka: the topic ${settings.eventsTopic} has 2 partitions, and the log has 3: events of a ` +
        "partition stand under its number. Set ORDER_EVENTS_TOPIC to a new name, under which a topic with 3 " +
        "partitions is made"
      assert.strictEqual(yield* detailOf(append(events)), why)
      assert.strictEqual(yield* detailOf(events.told(ONE)), why)
      assert.deepStrictEqual(yield* events.warnings, [why])
      const ends = yield* ask((admin) => admin.fetchTopicOffsets(settings.eventsTopic))
      assert.deepStrictEqual(ends.map(({ high }) => high), ["0", "0"])
    }), TEST_TIMEOUT)

  it.live(
    "whose settings lose events is said to, and used; one that keeps them for longer is fine",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        yield* Effect.scoped(Effect.flatMap(aProcess(settings), (events) => append(events)))
        const said = Effect.scoped(Effect.gen(function*() {
          const events = yield* aProcess(settings)
          yield* append(events)
          return yield* events.warnings
        }))
        const lossy = { "retention.ms": "3600000", "cleanup.policy": "compact", "retention.bytes": "-1" }
        yield* configure(settings.eventsTopic, lossy)
        assert.deepStrictEqual(yield* said, [
          `the topic ${settings.eventsTopic} loses records: cleanup.policy is compact and must be delete, ` +
          `retention.ms is 3600000 and must be ${MONTH} or more`
        ])
        for (const longer of ["-1", String(Number(MONTH) * 2)]) {
          yield* configure(settings.eventsTopic, { "retention.ms": longer, "retention.bytes": "-1" })
          assert.deepStrictEqual(yield* said, [])
        }
      }),
    TEST_TIMEOUT
  )

  it.live(
    "that is deleted while it is used is not made again by who has used it, but by the next",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address)
        const events = yield* aProcess(settings)
        yield* append(events)
        yield* ask((admin) => admin.deleteTopics({ topics: [settings.eventsTopic] }))
        const missing =
          `Kafka: the topic ${settings.eventsTopic} is missing: events wait, and the orders behind them. ` +
          "Restore it, or start the processors again, which makes an empty one: then flash-sale archive rebuild " +
          "brings back what nobody had read"
        yield* until(Effect.map(events.warnings, (lines) => lines[0] === missing))
        assert.strictEqual(yield* detailOf(append(events)), missing)
        assert.isFalse(yield* events.isUp)
        assert.notInclude(yield* ask((admin) => admin.listTopics()), settings.eventsTopic)
        const next = yield* aProcess(settings)
        yield* append(next, 5)
        assert.strictEqual(yield* next.told(ONE), 5)
        yield* until(Effect.map(Effect.exit(append(events, 6)), ({ _tag }) => _tag === "Success"))
        assert.deepStrictEqual(yield* events.warnings, [])
      }),
    TEST_TIMEOUT
  )

  it.live("says how far everything is told also behind what another program has written", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address)
      const events = yield* aProcess(settings)
      assert.isUndefined(yield* events.told(ONE))
      yield* MarkedLog.mark(settings, ONE, settings.eventsTopic)
      assert.isUndefined(yield* events.told(ONE))
      yield* append(events, 12)
      for (let marks = 0; marks < 3; marks++) yield* MarkedLog.mark(settings, ONE, settings.eventsTopic)
      assert.strictEqual(yield* events.told(ONE), 12)
      // Two offsets each: a record, and the end of its transaction.
      for (let marks = 3; marks < 10; marks++) yield* MarkedLog.mark(settings, ONE, settings.eventsTopic)
      assert.strictEqual(
        yield* detailOf(events.told(ONE)),
        `Kafka: reading ${settings.eventsTopic}: none of the last 20 records of ${settings.eventsTopic}[1] is an ` +
          "event: who writes to it?"
      )
    }), TEST_TIMEOUT)
})
