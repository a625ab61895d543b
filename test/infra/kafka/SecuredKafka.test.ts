/** A Kafka that requires TLS and credentials: both clients get in, and no secret is logged. */
import { assert, describe, it } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Context, Effect, Fiber, Layer, Logger, Redacted, References, Schedule, Stream } from "effect"
import { inspect } from "node:util"
import * as OrderLogContract from "../../contract/OrderLogContract.ts"
import * as Certificates from "../../servers/Certificates.ts"
import * as SecuredServers from "../../servers/SecuredServers.ts"
import { kafkaLib, needed } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import { settingsAt } from "./TestSettings.ts"

const TEST_TIMEOUT = 120_000
const missing = isUnavailable(kafkaLib())
const lib = needed(kafkaLib())

/** So often must a client sign in again, in milliseconds: kafkajs does so ten seconds before its time is up. */
const REAUTHENTICATE = 12_000
/** How many times it is watched doing so; that takes too long for every run. */
const TIMES = process.env["FULL"] === "1" ? 3 : 0

type Env = Readonly<Record<string, string>>

class Secured extends Context.Service<Secured, {
  readonly env: Env
  readonly certificates: Certificates.Certificates
}>()("test/Secured") {}

const secured = (reauthenticate?: number) =>
  Layer.effect(
    Secured,
    Effect.gen(function*() {
      const certificates = yield* Effect.acquireRelease(
        Effect.promise(() => Certificates.make()),
        ({ remove }) => Effect.promise(remove)
      )
      const { envOf } = yield* Effect.acquireRelease(
        Effect.promise(() => SecuredServers.kafka(lib, certificates, { reauthenticate })),
        ({ stop }) => Effect.promise(stop)
      )
      return { env: envOf("processor"), certificates }
    })
  )

/** As the environment says, with topics and a group of their own. */
const settingsOf = (env: Env) =>
  Effect.map(
    Effect.orDie(Settings.KafkaSettings.parse(ConfigProvider.fromEnv({ env }))),
    ({ brokers, sasl, tls }): KafkaSettings => settingsAt(brokers[0]!, { sasl, tls })
  )

const shown = (value: unknown): string => inspect(value, { depth: 9 })

/** All that is logged while `program` runs, as text. */
const logged = <A, E, R>(program: (lines: () => string) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, fiber, message }) => {
      lines.push(shown({ message, cause, annotations: fiber.getRef(References.CurrentLogAnnotations) }))
    })
    return Effect.provide(program(() => lines.join("\n")), [
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, "Debug")
    ])
  })

const build = (settings: KafkaSettings) => Effect.map(Layer.build(KafkaInfra.layer(settings)), Context.get(OrderLog))

/** Values of all records, in the order of each partition. */
const everything = (settings: KafkaSettings) =>
  Effect.gen(function*() {
    const reader = yield* LogReader
    const values: Array<string> = []
    for (let partition = 0; partition < settings.partitions; partition++) {
      const id = PartitionId.make(partition)
      const { end, start } = yield* reader.bounds(id)
      yield* Stream.runForEach(reader.read(id, start, end), (records) =>
        Effect.sync(() => values.push(...records.map(({ value }) => new TextDecoder().decode(value)))))
    }
    return values
  }).pipe(
    // A broker that has just begun is still loading what it knows of groups.
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.provide(KafkaInfra.layerReader(settings))
  )

describe.skipIf(missing)("Over SASL and TLS:", () => {
  OrderLogContract.suite(
    "Kafka",
    Layer.unwrap(Effect.gen(function*() {
      return KafkaInfra.layer(yield* settingsOf((yield* Secured).env))
    })).pipe(Layer.provide(secured()))
  )
})

describe.skipIf(missing)("Kafka with SASL and TLS", () => {
  it.live(
    "both clients sign in by each mechanism, others do not, and no secret is logged",
    () =>
      logged((lines) =>
        Effect.gen(function*() {
          const { certificates, env } = yield* Secured
          const item = ItemId.make("101")
          for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"]) {
            const settings = yield* settingsOf({ ...env, KAFKA_SASL_MECHANISM: mechanism })
            yield* Effect.gen(function*() {
              const log = yield* build(settings)
              yield* log.partitions
              yield* log.append({ itemId: item, value: mechanism, headers: {} })
              assert.deepStrictEqual(yield* everything(settings), [mechanism])
            }).pipe(Effect.scoped)
          }
          const wrong: ReadonlyArray<readonly [Env, RegExp]> = [
            [{ KAFKA_PASSWORD: "wr0ng-passw0rd" }, /authentication/i],
            [{ KAFKA_SASL_MECHANISM: "plain", KAFKA_PASSWORD: "wr0ng-passw0rd" }, /authentication/i],
            [{ KAFKA_TLS_CA_FILE: certificates.stranger }, /certificate/],
            [{ KAFKA_TLS_CA_FILE: "" }, /certificate/]
          ]
          for (const [change, why] of wrong) {
            yield* Effect.gen(function*() {
              const settings = yield* settingsOf({ ...env, ...change })
              const before = lines().length
              const log = yield* build(settings)
              assert.isFalse(yield* log.isUp)
              const refused = yield* Effect.flip(log.append({ itemId: item, value: "x", headers: {} }))
              assert.strictEqual(refused._tag, "AppendRefused")
              yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => why.test(lines().slice(before)) })
              const said = lines() + shown(refused) + String(refused) + shown(settings) + JSON.stringify(settings)
              for (const secret of ["wr0ng-passw0rd", SecuredServers.PASSWORD]) assert.notInclude(said, secret)
              assert.isString(Redacted.value(settings.sasl!.password))
            }).pipe(Effect.scoped)
          }
        })
      ).pipe(Effect.provide(secured()), Effect.scoped),
    TEST_TIMEOUT
  )

  it.live(
    "clients sign in again and again: no record is lost, doubled or answered wrongly",
    () =>
      Effect.gen(function*() {
        const settings = yield* settingsOf((yield* Secured).env)
        const log = yield* build(settings)
        yield* log.partitions
        const results = { acknowledged: new Set<string>(), refused: new Set<string>(), unknown: new Set<string>() }
        let isOver = false
        const buyer = (name: string) =>
          Effect.gen(function*() {
            for (let n = 0; !isOver; n++) {
              const value = `${name}-${n}`
              yield* log.append({ itemId: ItemId.make(name), value, headers: {} }).pipe(
                Effect.match({
                  onSuccess: () => results.acknowledged.add(value),
                  onFailure: ({ _tag }) => (_tag === "AppendRefused" ? results.refused : results.unknown).add(value)
                })
              )
              yield* Effect.sleep("5 millis")
            }
          })
        const names = Array.from({ length: 16 }, (_, n) => `item-${n}`)
        const buying = yield* Effect.forkScoped(Effect.forEach(names, buyer, { concurrency: "unbounded" }))
        yield* Effect.sleep(REAUTHENTICATE * TIMES)
        const before = results.acknowledged.size
        yield* Effect.repeat(Effect.sleep("20 millis"), {
          until: () => results.acknowledged.size > before + 100,
          schedule: Schedule.forever
        })
        isOver = true
        yield* Fiber.join(buying)
        const values = yield* everything(settings)
        const found = new Set(values)
        assert.deepStrictEqual([...results.acknowledged].filter((value) => !found.has(value)), [])
        assert.deepStrictEqual([...results.refused].filter((value) => found.has(value)), [])
        assert.strictEqual(values.length, found.size)
        assert.deepStrictEqual([results.refused.size, results.unknown.size], [0, 0])
      }).pipe(Effect.provide(secured(REAUTHENTICATE)), Effect.scoped),
    TEST_TIMEOUT
  )
})
