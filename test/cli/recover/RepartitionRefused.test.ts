/** What keeps a log from being moved: one clear line each, and nothing is changed. */
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Recover from "@flash-sale/cli/recover/Recover"
import * as Repartition from "@flash-sale/cli/recover/Repartition"
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Effect, Layer, Logger } from "effect"
import { Command as Cli } from "effect/cli"
import { type Admin, Kafka } from "kafkajs"
import * as TestSettings from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import * as KafkaAdmin from "../../servers/KafkaAdmin.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { capture } from "../CapturedCommand.ts"
import * as CommandLine from "../CommandLine.ts"
import * as World from "./MovedWorld.ts"

const kafka = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const silent = Logger.layer([])
const [item] = World.ITEMS as [typeof World.ITEMS[number]]

type Redis = OwnRedis.OwnRedis["Service"]

const typed = CommandLine.runner(
  Cli.runWith(Cli.make("flash-sale").pipe(Cli.withSubcommands([Recover.command])), { version: "0.0.0" })
)

const administer = <A>(what: (admin: Admin) => Promise<A>) => Effect.promise(() => KafkaAdmin.administer(kafka, what))

const engine = (settings: KafkaSettings, own: Redis) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(World.makeProvider().layer),
    Layer.provideMerge(Infra.layerDistributed({ redis: own.address, kafka: settings })),
    Layer.provide(silent)
  )

const move = (settings: KafkaSettings, own: Redis, topic: string, partitions = 5, dryRun = false) =>
  capture(
    Repartition.run({ topic, partitions, dryRun }, { kafka: settings, redis: own.address }).pipe(
      Effect.mapError(CommandFailed.from),
      Effect.provide(silent)
    )
  )

/** A log of one sale, its store, and a processor's group that is empty again. */
const sold = Effect.gen(function*() {
  const own = Context.get(yield* Layer.build(OwnRedis.layerStopped), OwnRedis.OwnRedis)
  yield* own.start
  const settings = TestSettings.settingsAt(kafka, { partitions: 3 })
  const append = Effect.gen(function*() {
    const log = yield* OrderLog
    yield* log.partitions
    yield* log.append(World.stock(item))
    yield* log.append(World.place(item, "paid"))
  })
  yield* Effect.andThen(append, World.untilStatus(World.idOf(item, "paid"), "1 COMPLETED")).pipe(
    Effect.provide(engine(settings, own))
  )
  return { own, settings, target: `${settings.ordersTopic}-5` }
})

const produce = (topic: string, partition: number) =>
  Effect.promise(async () => {
    const producer = new Kafka({ brokers: [kafka], logLevel: 0 }).producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ partition, key: item, value: "stray" }] })
    await producer.disconnect()
  })

describe("flash-sale recover --repartition is refused", () => {
  it.live("the embedded file, and flags that do not go together", () =>
    Effect.gen(function*() {
      const complaint = (line: string) => Effect.map(typed(line, {}), (one) => one.complaint)
      expect(yield* complaint("recover --repartition 5 --to-topic orders-5 --embedded"))
        .toContain("the number of partitions of the embedded file is fixed")
      const servers = { REDIS_ADDR: "127.0.0.1:1", KAFKA_ADDR: "127.0.0.1:1" }
      expect((yield* typed("recover --repartition 5", servers)).complaint).toContain("go together")
      expect((yield* typed("recover --repartition 5 --to-topic orders-5 --yes", servers)).complaint)
        .toContain("goes with --to-topic and --dry-run only")
      expect((yield* typed("recover --to-topic orders/5 --repartition 5", servers)).isSuccess).toBe(false)
      expect((yield* typed("recover --repartition 0 --to-topic orders-5", servers)).isSuccess).toBe(false)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.live(
    "while a processor runs, into a topic that holds something, and by a wrong number",
    () =>
      Effect.gen(function*() {
        const { own, settings, target } = yield* sold
        const before = yield* own.cli("HGETALL", Keys.meta(item))
        yield* Effect.gen(function*() {
          yield* World.untilMember(kafka, settings.group)
          expect((yield* move(settings, own, target)).complaint).toContain("1 processors run: stop all")
          // A dry run says what there is to do as well: it is typed while the sale goes on.
          const look = yield* move(settings, own, target, 5, true)
          expect(look.out).toContain("would be copied into")
          expect(look.complaint).toContain("1 processors run: stop all")
        }).pipe(Effect.provide(engine(settings, own)))

        expect((yield* move(settings, own, settings.ordersTopic)).complaint).toContain("is the log itself")
        expect((yield* move(settings, own, settings.deadLettersTopic)).complaint).toContain("of the dead letters")
        expect((yield* move(settings, own, settings.eventsTopic)).complaint).toContain("of order events")
        const other = { ...settings, partitions: 4 }
        expect((yield* move(other, own, target)).complaint).toContain("is a fold of ")

        // Redis was emptied: the group's note knows the number.
        const emptied = Context.get(yield* Layer.build(Layer.fresh(OwnRedis.layerStopped)), OwnRedis.OwnRedis)
        yield* emptied.start
        expect((yield* move({ ...settings, partitions: 2 }, emptied, target)).complaint)
          .toContain("were written with 3 partitions, by the group's offsets: set KAFKA_PARTITIONS to 3")

        yield* administer((admin) => admin.createTopics({ topics: [{ topic: target, numPartitions: 5 }] }))
        yield* produce(target, 0)
        expect((yield* move(settings, own, target)).complaint).toContain(`${target} holds 1 records`)
        expect(yield* own.cli("HGETALL", Keys.meta(item))).toEqual(before)
        expect(yield* own.cli("HGET", "log", "topic")).toBe(settings.ordersTopic)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )

  it.live(
    "a record that nobody has forwarded; a topic that was altered is moved where the rest is empty",
    () =>
      Effect.gen(function*() {
        const { own, settings, target } = yield* sold
        const topic = settings.ordersTopic
        yield* administer((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 6 }] }))
        const altered = yield* move(settings, own, target)
        expect([altered.isSuccess, altered.isSuccess ? "" : altered.complaint + altered.out]).toEqual([true, ""])
        expect(yield* own.cli("HGETALL", "log")).toEqual(["topic", target, "partitions", "5"])

        const moved = { ...settings, ordersTopic: target, eventsTopic: `${target}-events`, partitions: 5 }
        yield* produce(target, (home(item, 5) + 1) % 5)
        expect((yield* move(moved, own, `${target}-again`)).complaint)
          .toContain(`1 records of ${target} are in a partition that is not their item's among 5`)
        yield* World.untilForwarded(kafka, moved).pipe(Effect.provide(engine(moved, own)))
        const again = yield* move(moved, own, `${target}-again`)
        expect([again.isSuccess, again.isSuccess ? "" : again.complaint + again.out]).toEqual([true, ""])
        expect(again.out).toContain("1 left out")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )
})
