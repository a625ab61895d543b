/** The order log while its broker is not there yet, is killed, and is frozen, with buyers that never stop appending. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Partition from "@flash-sale/domain/records/Partition"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Deferred, Effect, Fiber, Schedule } from "effect"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { kafkaLib, needed } from "../../servers/servers.ts"
import { settingsAt } from "./TestSettings.ts"

const lib = needed(kafkaLib())
const TEST_TIMEOUT = 300_000
const KILLS = process.env["FULL"] === "1" ? 8 : 1
const BUYERS = 32
/** Records that must come through before the next fault, and after the last. */
const ENOUGH = 500
/** The longest that an append may wait for an answer, in milliseconds. */
const BOUND = 6_000

/** The longest that closing may take without Kafka, in milliseconds; well below the 30 s that a process has. */
const CLOSE_BOUND = 10_000

const until = (condition: () => boolean) =>
  Effect.suspend(() => condition() ? Effect.void : Effect.fail("not yet" as const)).pipe(
    Effect.retry(Schedule.spaced("10 millis"))
  )

const aBroker = Effect.acquireRelease(
  Effect.promise(() => KafkaBroker.make(lib)),
  (broker) => Effect.promise(() => broker.stop())
)

/** Buyers that append again and again, and the results. */
const buyers = (log: OrderLog["Service"]) => {
  const results = { acknowledged: new Map<string, string>(), refused: new Set<string>(), unknown: 0, slowest: 0 }
  let isOver = false
  let count = 0
  const buyer = (itemId: ItemId) =>
    Effect.gen(function*() {
      while (!isOver) {
        const name = `order-${count++}`
        const begun = performance.now()
        yield* log.append({ itemId, value: name, headers: {} }).pipe(
          Effect.match({
            onSuccess: ({ offset, partition }) => {
              results.acknowledged.set(name, `${partition}:${offset}`)
            },
            onFailure: ({ _tag }) => {
              if (_tag === "AppendRefused") results.refused.add(name)
              else results.unknown++
            }
          })
        )
        results.slowest = Math.max(results.slowest, performance.now() - begun)
        yield* Effect.sleep("5 millis")
      }
    })
  const run = Effect.forEach(Array.from({ length: BUYERS }), (_, index) => buyer(ItemId.make(`item-${index}`)), {
    concurrency: "unbounded",
    discard: true
  })
  const more = Effect.suspend(() => {
    const before = results.acknowledged.size
    return until(() => results.acknowledged.size >= before + ENOUGH)
  })
  return {
    results,
    run,
    more,
    end: () => {
      isOver = true
    }
  }
}

/** Reads all there is, as a member of the group that commits. */
const reading = (log: OrderLog["Service"]) => {
  const read = new Map<string, Set<string>>()
  const run = log.consume((owned) =>
    Effect.gen(function*() {
      const { start } = yield* owned.bounds
      yield* owned.seek((yield* owned.committed) ?? start)
      while (true) {
        const records = yield* owned.take(500)
        for (const { offset, partition, value } of records) {
          const name = new TextDecoder().decode(value)
          read.set(name, (read.get(name) ?? new Set()).add(`${partition}:${offset}`))
        }
        yield* owned.commit(Partition.Offset.make(records[records.length - 1]!.offset + 1))
      }
    }).pipe(
      // A worker whose question was not answered asks again; one that lost its partition ends.
      Effect.retry({ while: ({ _tag }) => _tag === "LogUnavailable", schedule: Schedule.spaced("100 millis") }),
      Effect.catchTag("PartitionLost", () => Effect.void),
      Effect.catchTag(["LogUnavailable", "LogDamaged"], Effect.die),
      Effect.raceFirst(owned.revoked)
    )
  )
  return { read, run }
}

describe("KafkaOrderLog under faults", () => {
  it.live(
    "the log keeps what it acknowledged, never has what it refused, and answers each append in time",
    () =>
      Effect.gen(function*() {
        const broker = yield* aBroker
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          const { end, more, run, results } = buyers(log)
          const reader = reading(log)
          yield* Effect.forkScoped(reader.run)
          const asking = yield* Effect.forkScoped(run)

          yield* until(() => results.refused.size > BUYERS)
          assert.isFalse(yield* log.isUp)
          yield* Effect.promise(() => broker.start())
          yield* more
          yield* until(() => [...results.acknowledged.keys()].every((name) => reader.read.has(name)))

          for (let kill = 0; kill < KILLS; kill++) {
            const refused = results.refused.size
            yield* Effect.promise(() => broker.kill())
            yield* until(() => results.refused.size > refused + BUYERS)
            yield* Effect.promise(() => broker.start())
            yield* more
          }

          const unknown = results.unknown
          broker.freeze()
          yield* until(() => results.unknown > unknown)
          yield* Effect.retry(
            Effect.flatMap(log.isUp, (isUp) => isUp ? Effect.fail("still up" as const) : Effect.void),
            Schedule.spaced("100 millis")
          )
          broker.thaw()
          yield* more
          end()
          yield* Fiber.join(asking)

          assert.isBelow(results.slowest, BOUND)
          yield* until(() => [...results.acknowledged.keys()].every((name) => reader.read.has(name)))
          for (const [name, place] of results.acknowledged) assert.deepStrictEqual([...reader.read.get(name)!], [place])
          assert.deepStrictEqual([...results.refused].filter((name) => reader.read.has(name)), [])
        }).pipe(Effect.scoped, Effect.provide(KafkaInfra.layer(settingsAt(broker.address))))
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live("the log closes in bounded time while its broker is gone", () =>
    Effect.gen(function*() {
      const broker = yield* aBroker
      yield* Effect.promise(() => broker.start())
      const begun = yield* Effect.gen(function*() {
        const log = yield* OrderLog
        const letters = yield* DeadLetters
        yield* log.partitions
        yield* Effect.retry(letters.stats, Schedule.spaced("50 millis"))
        const isCommitting = yield* Deferred.make<void>()
        const isStuck = yield* Deferred.make<void>()
        yield* Effect.forkScoped(log.consume((owned) =>
          Effect.gen(function*() {
            yield* owned.commit((yield* owned.bounds).start)
            yield* Deferred.succeed(isCommitting, undefined)
            return yield* Effect.forever(owned.commit(Partition.Offset.make(0)))
          }).pipe(
            Effect.catch(() => Deferred.succeed(isStuck, undefined)),
            Effect.andThen(owned.revoked)
          )
        ))
        yield* Deferred.await(isCommitting)
        yield* Effect.promise(() => broker.kill())
        yield* Deferred.await(isStuck)
        return performance.now()
      }).pipe(Effect.scoped, Effect.provide(KafkaInfra.layer(settingsAt(broker.address))))
      assert.isBelow(performance.now() - begun, CLOSE_BOUND)
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
