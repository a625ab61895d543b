/** What the log must be to be used: its partitions, its topics and their policies, on a Kafka that makes topics. */
import { assert, describe, layer } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as AppendTelemetry from "@flash-sale/infra/observability/metrics/AppendTelemetry"
import * as LogGauges from "@flash-sale/infra/observability/metrics/LogGauges"
import { Context, Deferred, Effect, Exit, Layer, Logger, Metric, References, Schedule } from "effect"
import { type Admin, Kafka, logLevel } from "kafkajs"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { freePort } from "../../servers/Ports.ts"
import { kafkaLib, needed } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import * as OwnRedis from "../redis/OwnRedis.ts"
import { settingsAt } from "./TestSettings.ts"

const missing = isUnavailable(kafkaLib())
const lib = needed(kafkaLib())
const TEST_TIMEOUT = 120_000
const PARTITIONS = 3
const ALTERED = 6
/** The only record that these tests append. */
const RECORD = { itemId: ItemId.make("shoes"), value: "{}", headers: {} }

class Servers extends Context.Service<Servers, {
  readonly kafka: string
  readonly administer: <A>(what: (admin: Admin) => Promise<A>) => Effect.Effect<A>
}>()("test/Servers") {}

/** A topic that is asked for comes into being, as on many brokers. */
const servers = Layer.effect(
  Servers,
  Effect.gen(function*() {
    const broker = yield* Effect.acquireRelease(
      Effect.promise(() => KafkaBroker.make(lib, { settings: () => ({ "auto.create.topics.enable": "true" }) })),
      (broker) => Effect.promise(() => broker.stop())
    )
    yield* Effect.promise(() => broker.start())
    const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    yield* Effect.acquireRelease(Effect.promise(() => admin.connect()), () => Effect.promise(() => admin.disconnect()))
    return Servers.of({ kafka: broker.address, administer: (what) => Effect.promise(() => what(admin)) })
  })
).pipe(Layer.provideMerge(missing ? OwnRedis.layerStopped : OwnRedis.layer))

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.filterOrFail(condition, (is) => is, () => "not yet" as const).pipe(
    Effect.retry(Schedule.spaced("20 millis"))
  )

/** A service of its own: `log` is its port, `lines` what it says that something is wrong. Ends with the scope. */
const aService = Effect.fnUntraced(function*(kafka: KafkaSettings, user: Infra.User) {
  const lines: Array<string> = []
  const logger = Logger.make(({ fiber, logLevel: level, message }) => {
    const { event } = fiber.getRef(References.CurrentLogAnnotations)
    if (event !== "log_unusable" && event !== "log_policy") return
    lines.push(`${level} ${String(message)}`)
  })
  const redis = (yield* OwnRedis.OwnRedis).address
  const own = Layer.succeed(AppendTelemetry.CurrentService, user === "operator" ? undefined : user)
  const built = yield* Layer.build(
    Infra.layerDistributed({ redis, kafka }, user).pipe(Layer.provide(own), Layer.provide(Logger.layer([logger])))
  )
  return { log: Context.get(built, OrderLog), lines }
})

/** `gateway_log_refused`, `gateway_log_policy_wrong`, or `processor_log_refused`, `processor_log_policy_wrong`. */
const gauges = (service: "gateway" | "processor") =>
  Effect.map(
    Effect.all([Metric.value(LogGauges.of(service).refused), Metric.value(LogGauges.of(service).policyWrong)]),
    (states) => states.map(({ value }) => value)
  )

/** Runs the service as long as the effect. */
const during = <A, E, R>(
  settings: KafkaSettings,
  user: Infra.User,
  use: (service: Effect.Success<ReturnType<typeof aService>>) => Effect.Effect<A, E, R>
) => Effect.scoped(Effect.flatMap(aService(settings, user), use))

const startedAt = Effect.fnUntraced(function*(change: Partial<KafkaSettings> = {}) {
  const { kafka } = yield* Servers
  yield* (yield* OwnRedis.OwnRedis).cli("FLUSHALL")
  return settingsAt(kafka, { partitions: PARTITIONS, ...change })
})

/** Appends one record and commits it, as a processor does. */
const workedOn = (settings: KafkaSettings) =>
  during(settings, "processor", ({ log }) =>
    Effect.gen(function*() {
      yield* log.partitions
      yield* log.append(RECORD)
      const committed = yield* Deferred.make<void>()
      yield* Effect.forkScoped(log.consume((owned) =>
        Effect.gen(function*() {
          const { end } = yield* owned.bounds
          if (end === 0) return
          yield* owned.commit(Offset.make(end))
          yield* Deferred.succeed(committed, undefined)
          yield* owned.revoked
        }).pipe(Effect.orDie)
      ))
      yield* Deferred.await(committed)
    }))

const alter = ({ ordersTopic }: KafkaSettings) =>
  Effect.flatMap(
    Servers,
    ({ administer }) =>
      administer((admin) => admin.createPartitions({ topicPartitions: [{ topic: ordersTopic, count: ALTERED }] }))
  )

const configure = (topic: string, values: Readonly<Record<string, string>>) =>
  Effect.flatMap(Servers, ({ administer }) =>
    administer((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{
          type: 2,
          name: topic,
          configEntries: Object.entries(values).map(([name, value]) => ({ name, value }))
        }]
      })
    ))

const written = Effect.flatMap(OwnRedis.OwnRedis, ({ cli }) => cli("HGETALL", "log"))
const topics = Effect.flatMap(Servers, ({ administer }) => administer((admin) => admin.listTopics()))

/** What an append comes to once the service knows of the log. */
const refusal = ({ log }: { readonly log: OrderLog["Service"] }) =>
  Effect.gen(function*() {
    yield* Effect.exit(log.partitions)
    const { _tag, detail } = yield* Effect.flip(log.append(RECORD))
    assert.strictEqual(_tag, "AppendRefused")
    assert.isFalse(yield* log.isUp)
    return detail
  })

const KEEP = `Keep KAFKA_PARTITIONS at ${PARTITIONS}, and restore the topic with ${PARTITIONS} partitions, or move ` +
  "its records into a new topic: flash-sale recover --repartition N"
const altered = (topic: string, where: string) =>
  `the topic ${topic} has ${ALTERED} partitions, and its orders were written with ${PARTITIONS} (${where}): ` +
  `items would be at home in other partitions. ${KEEP}`

const missingWords = (topic: string) =>
  `the topic ${topic} is missing, and orders were written to it (Redis: 3 partitions). An empty one would be another ` +
  "log, so none is made: restore the topic with its records and its 3 partitions"

describe.skipIf(missing)("The preconditions of the log:", () => {
  layer(servers, { excludeTestServices: true, timeout: TEST_TIMEOUT })("the number of partitions", (it) => {
    it.effect("is written down by the first processor, and by nobody else", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        yield* during(settings, "gateway", ({ log }) => log.partitions)
        yield* during(settings, "operator", ({ log }) => log.partitions)
        assert.deepStrictEqual(yield* written, [])
        yield* during(settings, "processor", ({ log }) => log.partitions)
        assert.deepStrictEqual(yield* written, ["topic", settings.ordersTopic, "partitions", "3"])
      }), TEST_TIMEOUT)

    it.effect(
      "of an altered topic is refused, whatever KAFKA_PARTITIONS says, and never taken",
      () =>
        Effect.gen(function*() {
          const settings = yield* startedAt()
          yield* workedOn(settings)
          yield* alter(settings)
          for (const partitions of [PARTITIONS, ALTERED]) {
            for (const user of ["gateway", "processor", "operator"] as const) {
              yield* during({ ...settings, partitions }, user, (service) =>
                Effect.gen(function*() {
                  const why = altered(settings.ordersTopic, "Redis")
                  assert.strictEqual(yield* refusal(service), why)
                  assert.deepStrictEqual(service.lines, [`Error The order log cannot be used: ${why}`])
                }))
            }
          }
          assert.deepStrictEqual(yield* written, ["topic", settings.ordersTopic, "partitions", "3"])
        }),
      TEST_TIMEOUT
    )

    it.effect("is known by the group's offsets where Redis was emptied", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        const { cli } = yield* OwnRedis.OwnRedis
        yield* workedOn(settings)
        yield* alter(settings)
        yield* cli("FLUSHALL")
        yield* during({ ...settings, partitions: ALTERED }, "processor", (service) =>
          Effect.gen(function*() {
            assert.strictEqual(yield* refusal(service), altered(settings.ordersTopic, "the group's offsets"))
          }))
        assert.deepStrictEqual(yield* written, [])
      }), TEST_TIMEOUT)

    it.effect("is written again by a processor that goes on while Redis is emptied", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        const { cli } = yield* OwnRedis.OwnRedis
        yield* during(settings, "processor", ({ log }) =>
          Effect.gen(function*() {
            yield* log.partitions
            yield* cli("FLUSHALL")
            yield* until(Effect.map(cli("EXISTS", "log"), (count) => count === 1))
          }))
        assert.deepStrictEqual(yield* written, ["topic", settings.ordersTopic, "partitions", "3"])
      }), TEST_TIMEOUT)

    it.effect("of KAFKA_PARTITIONS alone is refused by the variable", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        yield* workedOn(settings)
        yield* during({ ...settings, partitions: 5 }, "gateway", (service) =>
          Effect.gen(function*() {
            assert.strictEqual(
              yield* refusal(service),
              `KAFKA_PARTITIONS is 5, and the orders of the topic ${settings.ordersTopic} were written with 3 ` +
                "partitions (Redis): set KAFKA_PARTITIONS to 3. For another number move its records into a new " +
                "topic: flash-sale recover --repartition N"
            )
          }))
      }), TEST_TIMEOUT)

    it.effect("belongs to a topic: a Redis that was folded from another one is refused", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        const { cli } = yield* OwnRedis.OwnRedis
        yield* cli("HSET", "log", "topic", "others", "partitions", "3")
        yield* during(settings, "processor", (service) =>
          Effect.gen(function*() {
            assert.match(yield* refusal(service), /^the data is that of the topic others, by Redis, and not of orders-/)
          }))
        assert.notInclude(yield* topics, settings.ordersTopic)
      }), TEST_TIMEOUT)

    it.effect(
      "that is altered under a running engine: its partitions are handed over, and orders refused",
      () =>
        Effect.gen(function*() {
          const settings = yield* startedAt()
          yield* during(settings, "gateway", (gateway) =>
            during(settings, "processor", (processor) =>
              Effect.gen(function*() {
                yield* gateway.log.partitions
                yield* processor.log.append(RECORD).pipe(Effect.retry(Schedule.spaced("50 millis")))
                const owned = yield* Deferred.make<void>()
                const returned = yield* Deferred.make<void>()
                yield* Effect.forkScoped(processor.log.consume((own) =>
                  Deferred.succeed(owned, undefined).pipe(
                    Effect.andThen(own.revoked),
                    Effect.andThen(Deferred.succeed(returned, undefined)),
                    Effect.asVoid
                  )
                ))
                yield* Deferred.await(owned)
                yield* alter(settings)
                yield* Deferred.await(returned)
                for (const service of [gateway, processor]) {
                  yield* until(Effect.map(Effect.exit(service.log.append(RECORD)), Exit.isFailure))
                  const why = altered(settings.ordersTopic, "Redis")
                  assert.strictEqual(yield* refusal(service), why)
                  assert.deepStrictEqual(service.lines, [`Error The order log cannot be used: ${why}`])
                  assert.strictEqual(yield* service.log.trouble, why)
                }
                for (const user of ["gateway", "processor"] as const) {
                  assert.deepStrictEqual(yield* gauges(user), [1, 0])
                }
              })))
        }),
      TEST_TIMEOUT
    )
  })

  layer(servers, { excludeTestServices: true, timeout: TEST_TIMEOUT })("a topic", (it) => {
    it.effect(
      "that is deleted under a running engine does not come back by itself, and both say so",
      () =>
        Effect.gen(function*() {
          const settings = yield* startedAt()
          const { administer } = yield* Servers
          const { cli } = yield* OwnRedis.OwnRedis
          yield* during(settings, "gateway", (gateway) =>
            during(settings, "processor", (processor) =>
              Effect.gen(function*() {
                yield* gateway.log.partitions
                yield* processor.log.partitions
                yield* gateway.log.append(RECORD)
                yield* Effect.forkScoped(processor.log.consume((own) =>
                  own.revoked
                ))
                const deleted = [settings.ordersTopic, settings.deadLettersTopic]
                yield* administer((admin) => admin.deleteTopics({ topics: deleted }))
                const why = missingWords(settings.ordersTopic)
                // The brokers are asked by the producer as well.
                yield* Effect.flip(gateway.log.append(RECORD))
                for (const service of [gateway, processor]) {
                  yield* until(Effect.map(service.log.trouble, (trouble) => trouble !== undefined))
                  assert.strictEqual(yield* refusal(service), why)
                  assert.deepStrictEqual(service.lines, [`Error The order log cannot be used: ${why}`])
                }
                // By now the broker has had every question, and a Redis that is emptied changes nothing.
                yield* cli("DEL", "log")
                assert.match(yield* refusal(processor), /is missing/)
                for (const topic of deleted) assert.notInclude(yield* topics, topic)
                // Somebody brings them back.
                yield* cli("HSET", "log", "topic", settings.ordersTopic, "partitions", "3")
                yield* administer((admin) =>
                  admin.createTopics({
                    topics: deleted.map((topic, index) => ({ topic, numPartitions: index === 0 ? PARTITIONS : 1 }))
                  })
                )
                for (const { log } of [gateway, processor]) {
                  yield* log.append(RECORD).pipe(Effect.retry(Schedule.spaced("100 millis")))
                }
                yield* administer((admin) => admin.deleteTopics({ topics: deleted }))
              })))
          yield* until(Effect.map(topics, (names) =>
            !names.includes(settings.ordersTopic)))
          yield* during(settings, "processor", (service) =>
            Effect.gen(function*() {
              assert.match(yield* refusal(service), /is missing/)
            }))
          assert.notInclude(yield* topics, settings.ordersTopic)
        }),
      TEST_TIMEOUT
    )

    it.effect("is made by nobody while Redis is away, as it may have been there", () =>
      Effect.gen(function*() {
        const { administer, kafka } = yield* Servers
        const settings = settingsAt(kafka, { partitions: PARTITIONS })
        const redis = { host: "127.0.0.1", port: yield* Effect.promise(freePort) }
        const started = Effect.fnUntraced(function*(user: Infra.User) {
          const lines: Array<string> = []
          const logger = Logger.make(({ message }) => void lines.push(String(message)))
          // The adapters over the Redis of the suite are not these.
          const ports = Layer.fresh(Infra.layerDistributed({ redis, kafka: settings }, user))
          const built = yield* Layer.build(Layer.provide(ports, Logger.layer([logger])))
          return { log: Context.get(built, OrderLog), lines }
        })
        const waits = (user: Infra.User) =>
          Effect.scoped(Effect.gen(function*() {
            const { lines, log } = yield* started(user)
            const saysSo = () =>
              lines.some((line) => line.startsWith("Waiting for Redis, to know which log it is a fold"))
            yield* until(Effect.sync(saysSo))
            assert.strictEqual((yield* Effect.flip(log.append(RECORD)))._tag, "AppendRefused")
          }))
        for (const user of ["gateway", "processor", "operator"] as const) yield* waits(user)
        assert.notInclude(yield* topics, settings.ordersTopic)
        const names = [settings.ordersTopic, settings.deadLettersTopic]
        const missing = names.map((topic, index) => ({ topic, numPartitions: index === 0 ? PARTITIONS : 1 }))
        yield* administer((admin) => admin.createTopics({ topics: missing }))
        // One that is there may have been altered: nobody who has not worked with it takes it for what it is now.
        yield* waits("gateway")
        yield* waits("processor")
      }), TEST_TIMEOUT)

    it.effect("of dead letters that is deleted is said to be missing, and orders go on", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        const { administer } = yield* Servers
        const redis = (yield* OwnRedis.OwnRedis).address
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          const letters = yield* DeadLetters
          yield* until(Effect.map(Effect.exit(letters.stats), Exit.isSuccess))
          yield* administer((admin) => admin.deleteTopics({ topics: [settings.deadLettersTopic] }))
          yield* until(Effect.map(log.warnings, (warnings) => warnings.length === 1))
          assert.deepStrictEqual(yield* log.warnings, [
            `the topic ${settings.deadLettersTopic} is missing: dead letters wait, and the orders behind them. ` +
            "Restore it, or make it anew with one partition where its letters are lost"
          ])
          yield* log.append(RECORD)
          const taken = yield* Deferred.make<number>()
          yield* Effect.forkScoped(log.consume((owned) =>
            Effect.gen(function*() {
              const { end, start } = yield* owned.bounds
              yield* owned.seek(start)
              if (end > start) yield* Deferred.succeed(taken, (yield* owned.take(1)).length)
              yield* owned.revoked
            }).pipe(Effect.orDie)
          ))
          assert.strictEqual(yield* Deferred.await(taken), 1)
          assert.notInclude(yield* topics, settings.deadLettersTopic)
        }).pipe(
          Effect.scoped,
          Effect.provide(
            Layer.provideMerge(Infra.layerDistributed({ redis, kafka: settings }, "processor"), Logger.layer([]))
          )
        )
      }), TEST_TIMEOUT)

    it.effect("that is new keeps every record, whatever the broker's defaults are", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        const { administer } = yield* Servers
        yield* during(settings, "gateway", ({ log }) => log.partitions)
        for (const name of [settings.ordersTopic, settings.deadLettersTopic]) {
          const { resources } = yield* administer((admin) =>
            admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name }] })
          )
          const own = resources[0]!.configEntries.filter(({ isDefault }) => !isDefault)
            .map(({ configName, configValue }) => `${configName}=${configValue}`)
          assert.includeMembers(own, [
            "cleanup.policy=delete",
            "retention.ms=-1",
            "retention.bytes=-1",
            "unclean.leader.election.enable=false"
          ])
        }
      }), TEST_TIMEOUT)

    it.effect("that is compacted takes no orders, and takes them again when it is not", () =>
      Effect.gen(function*() {
        const settings = yield* startedAt()
        yield* workedOn(settings)
        yield* configure(settings.ordersTopic, { "cleanup.policy": "compact", "retention.ms": "-1" })
        yield* during(settings, "gateway", (service) =>
          Effect.gen(function*() {
            const why = `the topic ${settings.ordersTopic} loses records: cleanup.policy is compact and must be ` +
              "delete. Compaction destroys orders, so none is taken before that is mended"
            assert.strictEqual(yield* refusal(service), why)
            assert.deepStrictEqual(service.lines, [`Error The order log cannot be used: ${why}`])
          }))
        yield* configure(settings.ordersTopic, { "cleanup.policy": "delete", "retention.ms": "-1" })
        yield* during(settings, "gateway", ({ lines, log }) =>
          Effect.gen(function*() {
            yield* log.partitions
            yield* log.append(RECORD)
            assert.deepStrictEqual(lines, [])
          }))
      }), TEST_TIMEOUT)

    it.effect(
      "with a retention is said to lose records, as is the dead letters' topic, and orders are taken",
      () =>
        Effect.gen(function*() {
          const settings = yield* startedAt()
          yield* workedOn(settings)
          yield* configure(settings.ordersTopic, { "retention.ms": "604800000", "retention.bytes": "-1" })
          yield* configure(settings.deadLettersTopic, { "cleanup.policy": "compact", "retention.ms": "-1" })
          const orders = `the topic ${settings.ordersTopic} loses records: retention.ms is 604800000 and must be -1`
          const letters =
            `the topic ${settings.deadLettersTopic} loses records: cleanup.policy is compact and must be delete`
          for (const user of ["gateway", "processor"] as const) {
            yield* during(settings, user, ({ lines, log }) =>
              Effect.gen(function*() {
                yield* log.partitions
                yield* log.append(RECORD)
                assert.deepStrictEqual(lines, [`Error The order log may lose records: ${orders}; ${letters}`])
                assert.deepStrictEqual(yield* log.warnings, [orders, letters])
                assert.isUndefined(yield* log.trouble)
                assert.isTrue(yield* log.isUp)
                assert.deepStrictEqual(yield* gauges(user), [0, 2])
              }))
          }
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "that may lose what was acknowledged is said to: elections of replicas that lag, too few in sync",
      () =>
        Effect.gen(function*() {
          const settings = yield* startedAt()
          yield* workedOn(settings)
          yield* configure(settings.ordersTopic, { "retention.ms": "-1", "unclean.leader.election.enable": "true" })
          yield* configure(settings.deadLettersTopic, { "retention.ms": "-1" })
          const raised = { ...settings, minInsyncReplicas: 2, replicationFactor: 3 }
          const inSync = "min.insync.replicas is 1 and must be 2, as KAFKA_MIN_INSYNC_REPLICAS says"
          const orders =
            `the topic ${settings.ordersTopic} loses records: unclean.leader.election.enable is true and ` +
            `must be false, ${inSync}`
          const letters = `the topic ${settings.deadLettersTopic} loses records: ${inSync}`
          for (const user of ["gateway", "processor"] as const) {
            yield* during(raised, user, ({ lines, log }) =>
              Effect.gen(function*() {
                yield* log.partitions
                assert.deepStrictEqual(lines, [`Error The order log may lose records: ${orders}; ${letters}`])
                assert.deepStrictEqual(yield* log.warnings, [orders, letters])
                assert.isUndefined(yield* log.trouble)
                assert.deepStrictEqual(yield* gauges(user), [0, 2])
              }))
          }
        }),
      TEST_TIMEOUT
    )
  })
})
