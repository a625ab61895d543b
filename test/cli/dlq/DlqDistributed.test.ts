/** The same on a real Kafka and a real Redis, where each command is a process of its own. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as Discard from "@flash-sale/operations/letters/Discard"
import * as Batch from "@flash-sale/operations/letters/LetterBatch"
import * as Letters from "@flash-sale/operations/letters/Letters"
import * as Replay from "@flash-sale/operations/letters/Replay"
import { Effect, Layer, Logger, Metric } from "effect"
import { randomUUID } from "node:crypto"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { eventually, fate, inAProcess, order, processor } from "./DlqCommandLine.ts"

const address = needed(kafkaAddr())
const TEST_TIMEOUT = 30_000

const itemId = ItemId.make(`item-${randomUUID().slice(0, 8)}`)
const hand = { by: "ann", reason: "a test" }
const everything = {}

const gauges = Effect.all([Metric.value(Metrics.dlqSize), Metric.value(Metrics.dlqOldestMessageAge)])

const put = Effect.gen(function*() {
  const log = yield* OrderLog
  yield* log.partitions
  yield* log.append(
    LogRecord.encode(itemId, Command.Adjust({ adjustment: { command: CommandId.make("put"), delta: 5 } }))
  )
  yield* log.append(order("r-1", itemId))
  yield* log.append({ itemId, value: "{\"not an order", headers: {} })
})

const counts = Effect.gen(function*() {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const { available, held, sold } = yield* store.read(home(itemId, yield* log.partitions), itemId)
  return { available, held, sold }
})

describe("flash-sale dlq on Kafka and Redis", () => {
  it.live(
    "a letter that one process replays is handled for all, also for those that start later",
    () =>
      Effect.gen(function*() {
        const { address: redis, start } = yield* OwnRedis.OwnRedis
        yield* start
        const kafka = settingsAt(address)
        const aProcess = Infra.layerDistributed({ redis, kafka }).pipe(Layer.provide(Logger.layer([])))
        const replayAll = Effect.gen(function*() {
          const open = yield* Letters.open(everything)
          const looked = yield* Batch.inspect(open, Replay.inspectLetter)
          yield* Effect.forEach(
            looked,
            ({ step }) => step._tag === "Refused" ? Effect.void : Replay.perform(step, hand)
          )
          return { open: open.map(({ attempt, error }) => [error, attempt]), refused: Batch.refusals(looked).length }
        }).pipe(Effect.provide(aProcess), inAProcess)

        yield* Effect.gen(function*() {
          yield* put
          assert.strictEqual(yield* fate("r-1", 1), "FAILED_PAYMENT")
          yield* eventually(gauges, ([size]) => size.value === 2)
          assert.deepStrictEqual(yield* replayAll, {
            open: [["Invalid Order Format", 1], ["Payment Timeout", 1]],
            refused: 1
          })
          assert.strictEqual(yield* fate("r-1", 2), "FAILED_PAYMENT")
          assert.deepStrictEqual(yield* counts, { available: 5, held: 0, sold: 0 })
        }).pipe(Effect.provide(Layer.provideMerge(processor(1), aProcess)))

        yield* Metric.update(Metrics.dlqSize, 0)
        yield* Effect.gen(function*() {
          yield* eventually(gauges, ([size, age]) => size.value === 2 && age.value > 0)
          const [, second] = yield* eventually(Letters.open(everything), ({ length }) => length === 2)
          assert.strictEqual(second!.attempt, 2)
          assert.strictEqual((yield* replayAll).refused, 1)
          assert.strictEqual(yield* fate("r-1", 3), "COMPLETED")
          assert.deepStrictEqual(yield* counts, { available: 4, held: 0, sold: 1 })
          yield* eventually(gauges, ([size]) => size.value === 1)
          const [poison] = yield* Letters.open(everything)
          const discarded = Effect.gen(function*() {
            const looked = yield* Batch.inspect([poison!], Discard.inspect)
            yield* Effect.forEach(
              looked,
              ({ step }) => step._tag === "Ready" ? Discard.perform(step, hand) : Effect.void
            )
          })
          yield* discarded.pipe(Effect.provide(aProcess), inAProcess)
          yield* eventually(gauges, ([size, age]) => size.value === 0 && age.value === 0)
          const found = yield* Letters.find(second!).pipe(Effect.provide(aProcess), inAProcess)
          assert.deepStrictEqual(
            found._tag === "Handled" && [found.handling?.action, found.handling?.by],
            ["replayed", "ann"]
          )
        }).pipe(Effect.provide(Layer.provideMerge(processor(0), aProcess)))
        assert.deepStrictEqual(yield* Letters.open(everything).pipe(Effect.provide(aProcess), inAProcess), [])
      }).pipe(Effect.provide(OwnRedis.layerStopped), Effect.scoped),
    TEST_TIMEOUT
  )
})
