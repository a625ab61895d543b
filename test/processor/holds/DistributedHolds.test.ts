/** Holds on Kafka and Redis, in real time: they end once, whatever is stopped meanwhile, and what is due is told. */
import { assert, layer } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Infra from "@flash-sale/infra/Infra"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Exit, Layer, Logger, Schedule, Scope } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import { stock } from "../Placing.ts"
import * as HoldWorld from "./HoldWorld.ts"

const { ITEM, actionsOf, letters, told, units } = HoldWorld

const TEST_TIMEOUT = 120_000
/** How long something may take, on a machine that does other things as well. */
const SOON = Duration.seconds(30)

const address = needed(kafkaAddr())
const engine = Layer.unwrap(Effect.gen(function*() {
  const { address: redis, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis, kafka: settingsAt(address) })
})).pipe(
  Layer.provide(OwnRedis.layerStopped),
  Layer.provideMerge(Telemetry.layerMetrics("processor")),
  Layer.provideMerge(Logger.layer([]))
)

const charged: Array<string> = []
const voided: Array<string> = []
const provider = Layer.succeed(PaymentProvider, {
  charge: ({ key }) => Effect.sync(() => void charged.push(key)).pipe(Effect.as("paid" as const)),
  lookUp: () => Effect.undefined,
  void: (key) => Effect.sync(() => void voided.push(key))
})

const processor = Effect.gen(function*() {
  const scope = yield* Scope.make()
  yield* Layer.buildWithScope(
    Layer.fresh(Processor.layer.pipe(Layer.provideMerge(ProcessorState.layer), Layer.provide(provider))),
    scope
  )
  return { stop: Scope.close(scope, Exit.void) }
})

const append = (command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.flatMap(OrderLog, (log) => log.append(LogRecord.encode(ITEM, command)))

const isTold = (requestId: string, status: string) =>
  told(requestId).pipe(
    Effect.flatMap((record) => record?.status === status ? Effect.succeed(record) : Effect.fail("not yet" as const)),
    Effect.retry({ schedule: Schedule.spaced("50 millis") }),
    Effect.timeout(SOON),
    Effect.orDie
  )

layer(engine, { excludeTestServices: true, timeout: TEST_TIMEOUT })("Holds on Kafka and Redis", (it) => {
  it.effect("expire, are confirmed, paid for too late and refunded, across a restart", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      yield* Effect.retry(log.append(stock(ITEM, 10)), { schedule: Schedule.spaced("200 millis"), times: 100 })
      yield* append(Command.Rules({ version: 2 }))
      const { cancel, confirm, hold, paid, refund } = actionsOf({ append })
      const first = yield* processor
      yield* hold("expires", { holdSeconds: 8 })
      yield* hold("confirmed")
      yield* hold("paid")
      yield* hold("cancelled")
      const reserved = yield* isTold("expires", "RESERVED")
      assert.isString(reserved.expiresAt)
      yield* confirm("confirmed")
      yield* paid("paid", "pay-1")
      yield* cancel("cancelled")
      yield* isTold("confirmed", "COMPLETED")
      yield* isTold("paid", "COMPLETED")
      yield* isTold("cancelled", "CANCELLED")
      yield* first.stop
      assert.strictEqual((yield* told("expires"))?.status, "RESERVED")
      // The hold's record is committed: the next processor finds it in the store.
      const second = yield* processor
      const expired = yield* isTold("expires", "EXPIRED")
      assert.strictEqual(expired.correlationId, "c-expires")
      yield* paid("expires", "pay-2")
      const due = Effect.filterOrFail(letters, (all) => all.length > 0, () => "not yet" as const)
      const [letter] = yield* Effect.orDie(
        Effect.timeout(Effect.retry(due, { schedule: Schedule.spaced("100 millis") }), SOON)
      )
      assert.deepStrictEqual([letter?.error, letter?.requestId, letter?.amount], [
        "Payment Without Order",
        "expires",
        1
      ])
      assert.deepStrictEqual((yield* told("expires"))?.refundDue, [{ reference: "pay-2" }])
      yield* refund("confirmed")
      yield* refund("paid", { restock: false })
      yield* isTold("confirmed", "REFUNDED")
      yield* isTold("paid", "REFUNDED")
      yield* second.stop
      assert.deepStrictEqual([charged, voided], [["101:confirmed:1"], ["101:confirmed:1"]])
      assert.deepStrictEqual(yield* units(), { available: 9, held: 0, sold: 0, stocked: 9 })
    }), TEST_TIMEOUT)
})
