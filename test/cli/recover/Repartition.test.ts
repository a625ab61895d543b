/** The log in a topic with another number of partitions, on a real Kafka and a real Redis. */
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/ReconcileRun"
import * as Repartition from "@flash-sale/cli/recover/Repartition"
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as Replay from "@flash-sale/operations/letters/Replay"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Effect, Layer, Logger } from "effect"
import { Kafka } from "kafkajs"
import * as TestSettings from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { capture } from "../CapturedCommand.ts"
import * as World from "./MovedWorld.ts"

const kafka = needed(kafkaAddr())
/** It takes 35 seconds on two cores that others use a little, most of it in two moves and in filling the log. */
const TEST_TIMEOUT = 120_000
const silent = Logger.layer([])
const [first, second, third] = World.ITEMS as [ItemId, ItemId, ItemId, ...ReadonlyArray<ItemId>]
const GHOST = ItemId.make("ghost")

type Redis = OwnRedis.OwnRedis["Service"]

const redis = Effect.gen(function*() {
  const own = Context.get(yield* Layer.build(OwnRedis.layerStopped), OwnRedis.OwnRedis)
  yield* own.start
  return own
})

const ports = (settings: KafkaSettings, { address }: Redis) =>
  Infra.layerDistributed({ redis: address, kafka: settings }, "operator", true).pipe(Layer.provide(silent))

const processor = (settings: KafkaSettings, own: Redis, provider: ReturnType<typeof World.makeProvider>) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(provider.layer),
    Layer.provideMerge(Infra.layerDistributed({ redis: own.address, kafka: settings })),
    Layer.provide(silent)
  )

const move = (settings: KafkaSettings, own: Redis, topic: string, partitions: number, dryRun = false) =>
  capture(
    Repartition.run({ topic, partitions, dryRun }, { kafka: settings, redis: own.address }).pipe(
      Effect.mapError(CommandFailed.from),
      Effect.provide(silent)
    )
  )

const reconcile = (settings: KafkaSettings, { address }: Redis) =>
  capture(Effect.provide(
    Reconcile.run({ item: undefined, apply: false }),
    Layer.merge(Infra.layerItems(address), Infra.layerReader(settings)).pipe(Layer.provide(silent))
  ))

/** What another program appends, to a partition of its choice. */
const produce = (topic: string, partition: number, key: string | null, value: string) =>
  Effect.promise(async () => {
    const producer = new Kafka({ brokers: [kafka], logLevel: 0 }).producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ partition, key, value, timestamp: "1700000000000" }] })
    await producer.disconnect()
  })

const strange = (itemId: ItemId, name: string) =>
  JSON.stringify({ request_id: name, user_id: "u-stranger", item_id: itemId, amount: 1 })

/** Orders in every state, and records of every kind; nothing runs any more when it returns. */
const filled = Effect.fnUntraced(function*(
  settings: KafkaSettings,
  own: Redis,
  provider: ReturnType<typeof World.makeProvider>
) {
  const { ordersTopic: topic, partitions } = settings
  yield* Effect.gen(function*() {
    const log = yield* OrderLog
    const letters = yield* DeadLetters
    yield* World.fill
    // To another partition than its home, from which it is forwarded; without a header; and of no item.
    yield* produce(topic, (home(first, partitions) + 1) % partitions, first, strange(first, "stray"))
    yield* produce(topic, home(second, partitions), second, strange(second, "bare"))
    yield* produce(topic, 1, null, "of no item")
    for (const itemId of World.ITEMS) {
      yield* World.untilStatus(World.idOf(itemId, "open"), "1 RESERVED")
      yield* World.untilStatus(World.idOf(itemId, "cancelled"), "1 RESERVED")
      const cancel = Command.Cancel({ requestId: World.idOf(itemId, "cancelled"), attempt: 1 })
      yield* log.append(LogRecord.encode(itemId, cancel))
    }
    for (const itemId of World.ITEMS) {
      yield* World.untilStatus(World.idOf(itemId, "paid"), "1 COMPLETED")
      yield* World.untilStatus(World.idOf(itemId, "declined"), "1 FAILED_PAYMENT")
      yield* World.untilStatus(World.idOf(itemId, "turned"), "1 FAILED_SOLD_OUT")
      yield* World.untilStatus(World.idOf(itemId, "silent"), "1 FAILED_PAYMENT")
      yield* World.untilStatus(World.idOf(itemId, "cancelled"), "1 CANCELLED")
    }
    yield* World.untilStatus(RequestId.make("stray"), "1 COMPLETED")
    yield* World.untilStatus(RequestId.make("bare"), "1 COMPLETED")
    const expected = 2 * World.ITEMS.length + 1
    yield* Effect.repeat(World.letters, { until: ({ length }) => length === expected })
    for (const { offset, partition } of yield* letters.list(2)) {
      yield* letters.handle({
        partition,
        offset,
        action: "discarded",
        by: "ann",
        why: "a test",
        timestamp: new Date(0).toISOString()
      })
    }
  }).pipe(Effect.provide(processor(settings, own, provider)))
  // Nobody runs: these are accepted, and stock is set by hand that no record explains.
  yield* Effect.gen(function*() {
    const log = yield* OrderLog
    yield* log.partitions
    for (const itemId of World.ITEMS) yield* log.append(World.place(itemId, "late"))
    yield* log.append({ itemId: first, value: "{\"unread", headers: { correlation_id: "unread" } })
  }).pipe(Effect.provide(ports(settings, own)))
  yield* own.cli("INCRBY", Keys.inventory(third), 10)
  yield* own.cli("SET", Keys.inventory(GHOST), 7)
})

/** What buyers and operators see, whatever the log is called. */
const seen = Effect.all({ statuses: World.statuses, letters: World.letters, counts: World.counts })

describe("flash-sale recover --repartition", () => {
  it.live(
    "12 to 24 to 5 partitions: nothing is lost, doubled or sold twice, and every answer stays",
    () =>
      Effect.gen(function*() {
        const of12 = TestSettings.settingsAt(kafka, { partitions: 12 })
        const to = (partitions: number) => ({
          ...of12,
          partitions,
          ordersTopic: `${of12.ordersTopic}-${partitions}`,
          eventsTopic: `${of12.eventsTopic}-${partitions}`
        })
        const [of24, of5] = [to(24), to(5)]
        const own = yield* redis
        const provider = World.makeProvider()
        yield* filled(of12, own, provider)
        const before = yield* Effect.provide(seen, ports(of12, own))

        const rehearsed = yield* move(of12, own, of24.ordersTopic, 24, true)
        expect(rehearsed).toMatchObject({ isSuccess: true })
        expect(rehearsed.out).toContain("nothing was changed")
        expect(yield* Effect.provide(seen, ports(of12, own))).toEqual(before)

        const moved = yield* move(of12, own, of24.ordersTopic, 24)
        expect([moved.isSuccess, moved.isSuccess ? "" : moved.complaint + moved.out]).toEqual([true, ""])
        expect(moved.out).toContain("items are the same in both")
        expect(moved.out).toContain(`Set ORDERS_TOPIC=${of24.ordersTopic} and KAFKA_PARTITIONS=24`)
        // What nobody had read yet is folded now.
        const counts = before.counts.map((one) => ({ ...one, available: one.available - 1, held: one.held + 1 }))
        expect(yield* Effect.provide(seen, ports(of24, own))).toEqual({ ...before, counts })
        const refused = yield* Effect.flip(
          Effect.provide(Effect.flatMap(OrderLog, (log) => log.partitions), ports(of12, own))
        )
        expect(refused).toMatchObject({ _tag: "LogRefused" })
        expect((yield* move(of12, own, of24.ordersTopic, 24)).complaint).toContain("already: set ORDERS_TOPIC=")

        // The open orders are paid, those that nobody had read are decided, and the stock by hand is counted.
        provider.answers.open = "paid"
        yield* Effect.gen(function*() {
          const letters = yield* DeadLetters
          for (const itemId of World.ITEMS) {
            yield* World.untilStatus(World.idOf(itemId, "open"), "1 COMPLETED")
            yield* World.untilStatus(World.idOf(itemId, "late"), "1 COMPLETED")
          }
          yield* Effect.repeat(World.unitsOf(third), { until: ({ stocked }) => stocked === World.STOCK + 10 })
          yield* Effect.repeat(World.unitsOf(GHOST), { until: ({ stocked }) => stocked === 7 })
          // Of the record that nobody had read a letter is put, and of no other.
          const unread = `Invalid Order Format ${first} 1 unread`
          const expected = [...before.letters, unread].toSorted()
          yield* Effect.repeat(World.letters, { until: ({ length }) => length >= expected.length })
          expect(yield* World.letters).toEqual(expected)

          // A letter of the old topic is replayed in the new one.
          provider.answers.silent = "paid"
          const letter = (yield* letters.list(100)).find(({ requestId }) => requestId === World.idOf(third, "silent"))!
          expect(letter.topic).toBe(of12.ordersTopic)
          const step = yield* Replay.inspect(letter)
          expect(step._tag).toBe("Ready")
          if (step._tag === "Ready") yield* Replay.perform(step, { by: "ann", reason: "a test" })
          yield* World.untilStatus(World.idOf(third, "silent"), "2 COMPLETED")
          expect(yield* letters.find(letter)).toMatchObject({ _tag: "Handled" })
        }).pipe(Effect.provide(processor(of24, own, provider)))
        expect(yield* reconcile(of24, own)).toMatchObject({ isSuccess: true })

        const then = yield* Effect.provide(seen, ports(of24, own))
        const again = yield* move(of24, own, of5.ordersTopic, 5)
        expect([again.isSuccess, again.isSuccess ? "" : again.complaint + again.out]).toEqual([true, ""])
        expect(yield* Effect.provide(seen, ports(of5, own))).toEqual(then)
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          yield* log.partitions
          yield* log.append(World.place(GHOST, "late"))
          yield* World.untilStatus(World.idOf(GHOST, "late"), "1 COMPLETED")
          expect(yield* World.letters).toEqual(then.letters)
        }).pipe(Effect.provide(processor(of5, own, provider)))
        expect(yield* reconcile(of5, own)).toMatchObject({ isSuccess: true })

        // One charge for each sale: paid, open and late of each item, two strangers, the replay, and the last one.
        expect([...provider.charged.values()].filter((times) => times !== 1)).toEqual([])
        expect(provider.charged.size).toBe(3 * World.ITEMS.length + 4)
        const sold = (yield* Effect.provide(World.counts, ports(of5, own))).reduce((sum, { sold }) => sum + sold, 0)
        expect(sold).toBe(provider.charged.size - 1)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )
})
