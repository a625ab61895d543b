/** What only Kafka's order log promises: membership, handover, and the refusal to guess. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Partition from "@flash-sale/domain/records/Partition"
import * as KafkaClient from "@flash-sale/infra/kafka/client/KafkaClient"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Context, Deferred, Effect, Fiber, Layer, Schedule, Scope } from "effect"
import * as OrderLogContract from "../../contract/OrderLogContract.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { settingsAt } from "./TestSettings.ts"

const address = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const ITEMS = Array.from({ length: 12 }, (_, index) => ItemId.make(`item-${index}`))
const ROUNDS = 40

OrderLogContract.suite("Kafka", KafkaInfra.layer(settingsAt(address)))

/** A process of its own: connections and membership end with the scope. */
const aProcess = (settings: KafkaSettings) => Effect.map(Layer.build(KafkaInfra.layer(settings)), Context.get(OrderLog))

const until = (condition: () => boolean) =>
  Effect.suspend(() => condition() ? Effect.void : Effect.fail("not yet" as const)).pipe(
    Effect.retry(Schedule.spaced("10 millis"))
  )

/**
 * Works through its partition from the committed offset on, and commits what it has done, also when asked to return.
 */
const counting = (done: Map<string, number>) => (owned: OwnedPartition): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { start } = yield* owned.bounds
    yield* owned.seek((yield* owned.committed) ?? start)
    while (true) {
      const records = yield* Effect.raceFirst(owned.take(5), Effect.as(owned.revoked, undefined))
      if (records === undefined) return
      for (const { offset, partition } of records) {
        const place = `${partition}:${offset}`
        done.set(place, (done.get(place) ?? 0) + 1)
      }
      yield* owned.commit(Partition.Offset.make(records[records.length - 1]!.offset + 1))
    }
  }).pipe(Effect.orDie)

describe("KafkaOrderLog", () => {
  it.live("partitions are handed over: no record is skipped, none is processed twice", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address, { partitions: 4 })
      const appending = yield* aProcess(settings)
      yield* appending.partitions
      const done = new Map<string, number>()
      const places: Array<string> = []
      const appendRound = Effect.forEach(ITEMS, (itemId) =>
        Effect.map(appending.append({ itemId, value: "{}", headers: {} }), ({ offset, partition }) => {
          places.push(`${partition}:${offset}`)
        }), { concurrency: "unbounded", discard: true })
      const allDone = until(() =>
        places.every((place) =>
          done.has(place)
        )
      )

      const join = Effect.gen(function*() {
        const scope = yield* Scope.make()
        const log = yield* Scope.provide(aProcess(settings), scope)
        const owned = new Set<number>()
        yield* log.consume((one) => {
          owned.add(one.partition)
          return Effect.ensuring(counting(done)(one), Effect.sync(() => owned.delete(one.partition)))
        }).pipe(Effect.forkIn(scope), Scope.provide(scope))
        return { owned, scope }
      })

      const appender = yield* Effect.forkScoped(Effect.forEach(Array.from({ length: ROUNDS }), () => appendRound, {
        discard: true
      }))
      const first = yield* join
      yield* until(() => first.owned.size === 4)
      const second = yield* join
      yield* until(() => first.owned.size === 2 && second.owned.size === 2)
      yield* appendRound
      yield* allDone
      yield* Scope.close(first.scope, yield* Effect.exit(Effect.void))
      yield* until(() => second.owned.size === 4)
      yield* appendRound
      yield* Fiber.join(appender)
      yield* allDone
      yield* Scope.close(second.scope, yield* Effect.exit(Effect.void))
      assert.strictEqual(done.size, places.length)
      assert.deepStrictEqual([...done].filter(([, times]) => times !== 1), [])
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live("a partition gets no new owner before the old worker has returned", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address, { partitions: 2 })
      const events: Array<string> = []
      const firstOwns = yield* Deferred.make<void>()
      const secondOwns = yield* Deferred.make<void>()
      const first = yield* aProcess(settings)
      yield* first.partitions
      yield* Effect.forkScoped(first.consume((owned) =>
        Effect.gen(function*() {
          yield* Deferred.succeed(firstOwns, undefined)
          yield* owned.revoked
          // Work that takes its time: the group waits for it.
          yield* Effect.forEach(
            Array.from({ length: 50 }),
            () => Effect.orDie(first.append({ itemId: ITEMS[0]!, value: "{}", headers: {} }))
          )
          events.push("returned")
        })
      ))
      yield* Deferred.await(firstOwns)
      const second = yield* aProcess(settings)
      yield* Effect.forkScoped(second.consume((owned) =>
        Effect.gen(function*() {
          events.push("owned by the second")
          yield* Deferred.succeed(secondOwns, undefined)
          yield* owned.revoked
        })
      ))
      yield* Deferred.await(secondOwns)
      assert.deepStrictEqual(events.slice(0, 3), ["returned", "returned", "owned by the second"])
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live(
    "a worker fails at an offset outside the log, and does not skip to its begin or end",
    () =>
      Effect.gen(function*() {
        const settings = settingsAt(address, { partitions: 1 })
        const log = yield* aProcess(settings)
        const client = Context.get(yield* Layer.build(KafkaClient.layer(settings)), KafkaClient.KafkaClient)
        yield* log.partitions
        yield* Effect.forEach(
          Array.from({ length: 5 }),
          () => log.append({ itemId: ITEMS[0]!, value: "{}", headers: {} })
        )
        yield* client.ask("deleting records", async (admin) => {
          // The library deletes only where it has looked at the topic before.
          await admin.fetchTopicOffsets(settings.ordersTopic)
          await admin.deleteTopicRecords({ topic: settings.ordersTopic, partitions: [{ partition: 0, offset: "3" }] })
        })
        const details = yield* Deferred.make<ReadonlyArray<string>>()
        yield* Effect.forkScoped(log.consume((owned) =>
          Effect.gen(function*() {
            yield* owned.commit(Partition.Offset.make(2))
            const failures: Array<string> = []
            for (const offset of [0, 9]) {
              yield* owned.seek(Partition.Offset.make(offset))
              failures.push((yield* Effect.flip(owned.take(1)))._tag)
            }
            yield* owned.seek(Partition.Offset.make(3))
            failures.push(String((yield* owned.take(1))[0]!.offset), String(yield* owned.committed))
            yield* Deferred.succeed(details, failures)
            yield* owned.revoked
          }).pipe(Effect.orDie)
        ))
        assert.deepStrictEqual(yield* Deferred.await(details), ["LogUnavailable", "LogUnavailable", "3", "2"])
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live("another number of partitions than the topic was made with is an error", () =>
    Effect.gen(function*() {
      const settings = settingsAt(address, { partitions: 3 })
      yield* Effect.flatMap(aProcess(settings), (log) => log.partitions)
      const changed = { ...settings, partitions: 5 }
      const log = yield* aProcess(changed)
      const refusal = yield* Effect.flip(log.partitions)
      assert.strictEqual(refusal._tag, "LogRefused")
      assert.include(refusal.detail, "KAFKA_PARTITIONS is 5")
      const refused = yield* Effect.flip(log.append({ itemId: ITEMS[0]!, value: "{}", headers: {} }))
      assert.strictEqual(refused._tag, "AppendRefused")
      assert.isFalse(yield* log.isUp)
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live("a record that is too large is refused, and no other", () =>
    Effect.gen(function*() {
      const log = yield* aProcess(settingsAt(address, { partitions: 1 }))
      yield* log.partitions
      const tooLarge = { itemId: ITEMS[0]!, value: "x".repeat(2_000_000), headers: {} }
      const large = { itemId: ITEMS[0]!, value: "x".repeat(600_000), headers: {} }
      const [refused, ...appended] = yield* Effect.all([
        Effect.flip(log.append(tooLarge)),
        log.append(large),
        log.append(large)
      ], { concurrency: "unbounded" })
      assert.strictEqual(refused._tag, "AppendRefused")
      assert.strictEqual(new Set(appended.map(({ offset }) => offset)).size, 2)
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
