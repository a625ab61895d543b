/** Three brokers of which one after the other is killed with -9 under load: what was acknowledged is in the log. */
import { assert, describe, it } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { kafkaLib, needed } from "../servers/servers.ts"

const lib = needed(kafkaLib())
const FULL = process.env["FULL"] === "1"
const TEST_TIMEOUT = 600_000
const BROKERS = 3
const KILLS = FULL ? 9 : 2
const ASKERS = 48
const PARTITIONS = 6
/** Records that must come through before the next kill, and after the last. */
const ENOUGH = FULL ? 5_000 : 1_000
/** Failures by which a kill has shown itself. Not every one does: a broker may just lead nothing. */
const SHOWN = 10

const until = (condition: () => boolean) =>
  Effect.suspend(() => condition() ? Effect.void : Effect.fail("not yet" as const)).pipe(
    Effect.retry(Schedule.spaced("10 millis"))
  )

const acquireCluster = Effect.acquireRelease(
  Effect.promise(() => KafkaBroker.cluster(lib, BROKERS)),
  (brokers) => Effect.promise(() => Promise.all(brokers.map((broker) => broker.stop())))
)

/** Producers that append until the end, and the results: by name, the offset of what was acknowledged. */
const askers = (log: OrderLog["Service"]) => {
  const acknowledged = new Map<string, string>()
  const refused = new Set<string>()
  const state = { unknown: 0, isOver: false }
  let count = 0
  const asker = (itemId: ItemId) =>
    Effect.gen(function*() {
      while (!state.isOver) {
        const name = `order-${count++}`
        yield* Effect.match(log.append({ itemId, value: name, headers: {} }), {
          onSuccess: ({ offset, partition }) => void acknowledged.set(name, `${partition}:${offset}`),
          onFailure: ({ _tag }) => void (_tag === "AppendRefused" ? refused.add(name) : state.unknown++)
        })
        yield* Effect.sleep("5 millis")
      }
    })
  const run = Effect.forEach(Array.from({ length: ASKERS }), (_, index) => asker(ItemId.make(`item-${index}`)), {
    concurrency: "unbounded",
    discard: true
  })
  const more = Effect.suspend(() => {
    const before = acknowledged.size
    return until(() => acknowledged.size >= before + ENOUGH)
  })
  return { acknowledged, refused, state, run, more }
}

/** By name, every place at which the log holds it. */
const readAll = Effect.gen(function*() {
  const log = yield* LogReader
  const places = new Map<string, Array<string>>()
  for (let number = 0; number < PARTITIONS; number++) {
    const partition = PartitionId.make(number)
    const { end, start } = yield* log.bounds(partition)
    yield* Stream.runForEach(log.read(partition, start, end), (records) =>
      Effect.sync(() => {
        for (const { offset, value } of records) {
          const name = new TextDecoder().decode(value)
          places.set(name, [...(places.get(name) ?? []), `${number}:${offset}`])
        }
      }))
  }
  return places
})

describe("Three brokers", () => {
  it.live("three brokers that are killed in turn lose nothing that was acknowledged", () =>
    Effect.gen(function*() {
      const brokers = yield* acquireCluster
      yield* Effect.promise(() => Promise.all(brokers.map((broker) => broker.start())))
      const settings: KafkaSettings.KafkaSettings = {
        ...KafkaSettings.defaults,
        brokers: brokers.map(({ address }) => address),
        partitions: PARTITIONS,
        replicationFactor: BROKERS,
        minInsyncReplicas: 2
      }
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        const { acknowledged, more, refused, run, state } = askers(log)
        const asking = yield* Effect.forkScoped(run)
        yield* more
        for (let kill = 0; kill < KILLS; kill++) {
          const broker = brokers[kill % BROKERS]!
          const failures = () => refused.size + state.unknown
          const before = failures()
          yield* Effect.promise(() => broker.kill())
          yield* Effect.raceFirst(until(() => failures() >= before + SHOWN), more)
          yield* Effect.promise(() => broker.start())
          yield* more
        }
        state.isOver = true
        yield* Fiber.join(asking)

        const places = yield* readAll.pipe(
          // A coordinator that moved in the last kill may still be loading.
          Effect.retry(Schedule.spaced("500 millis").pipe(Schedule.upTo({ duration: "90 seconds" })))
        )
        yield* Effect.sync(() =>
          process.stdout.write(
            `${KILLS} kills: ${acknowledged.size} acknowledged, ${refused.size} refused, ${state.unknown} unknown\n`
          )
        )
        for (const [name, place] of acknowledged) assert.deepStrictEqual(places.get(name), [place], name)
        assert.deepStrictEqual([...refused].filter((name) => places.has(name)), [])
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.merge(KafkaInfra.layer(settings), KafkaInfra.layerReader(settings)))
      )
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
