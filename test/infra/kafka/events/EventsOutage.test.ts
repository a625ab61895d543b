/** Order events while their broker is not there yet, is killed, and is frozen, told by one who tells again. */
import { assert, describe, it } from "@effect/vitest"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as KafkaInfra from "@flash-sale/infra/kafka/KafkaInfra"
import { Deferred, Effect, Fiber, Schedule } from "effect"
import { KafkaBroker } from "../../../servers/KafkaBroker.ts"
import { kafkaLib, needed } from "../../../servers/servers.ts"
import { settingsAt } from "../TestSettings.ts"

const lib = needed(kafkaLib())
const TEST_TIMEOUT = 180_000
const ONE = PartitionId.make(1)
/** Events of one call, and calls that must come through between two faults. */
const TOLD_AT_ONCE = 5
const ENOUGH = 50
/** The longest that an append may wait for an answer, in milliseconds. */
const BOUND = 8_000

const until = (condition: Effect.Effect<boolean>) =>
  Effect.filterOrFail(condition, (is) => is, () => "not yet" as const).pipe(
    Effect.retry(Schedule.spaced("20 millis"))
  )

const aBroker = Effect.acquireRelease(
  Effect.promise(() => KafkaBroker.make(lib)),
  (broker) => Effect.promise(() => broker.stop())
)

/** Tells events with growing numbers, each call again until it is acknowledged. */
const teller = (events: OrderEvents["Service"]) => {
  const state = { calls: 0, failures: 0, slowest: 0, isOver: false }
  const tell = (call: number) =>
    Effect.suspend(() => {
      const begun = performance.now()
      const told = Array.from({ length: TOLD_AT_ONCE }, (_, index) => ({
        itemId: ItemId.make("shoes"),
        value: String(call * TOLD_AT_ONCE + index),
        traceparent: undefined
      }))
      return events.append(ONE, told, Offset.make(call)).pipe(
        Effect.ensuring(Effect.sync(() => {
          state.slowest = Math.max(state.slowest, performance.now() - begun)
        })),
        Effect.tapError(() => Effect.sync(() => state.failures++))
      )
    }).pipe(Effect.retry(Schedule.spaced("20 millis")))
  const run = Effect.gen(function*() {
    while (!state.isOver) {
      yield* tell(state.calls)
      state.calls++
    }
  })
  const more = Effect.suspend(() => {
    const before = state.calls
    return until(Effect.sync(() => state.calls >= before + ENOUGH))
  })
  return { state, run, more }
}

describe("Order events under faults", () => {
  it.live(
    "none that was acknowledged is missing, all are in order, and each append is answered in time",
    () =>
      Effect.gen(function*() {
        const broker = yield* aBroker
        yield* Effect.gen(function*() {
          const events = yield* OrderEvents
          const { more, run, state } = teller(events)
          const telling = yield* Effect.forkScoped(run)
          yield* until(Effect.sync(() => state.failures > 0))
          assert.isFalse(yield* events.isUp)
          yield* Effect.promise(() => broker.start())
          yield* more

          yield* Effect.promise(() => broker.kill())
          const failures = state.failures
          yield* until(Effect.sync(() => state.failures > failures))
          assert.isFalse(yield* events.isUp)
          assert.match((yield* events.warnings).join(), /^order events are not told: Kafka: /)
          yield* Effect.promise(() => broker.start())
          yield* more

          const frozenAt = state.failures
          broker.freeze()
          yield* until(Effect.sync(() => state.failures > frozenAt))
          broker.thaw()
          yield* more
          state.isOver = true
          yield* Fiber.join(telling)
          assert.deepStrictEqual(yield* events.warnings, [])
          assert.isBelow(state.slowest, BOUND)

          const last = state.calls * TOLD_AT_ONCE - 1
          const read: Array<number> = []
          const whole = yield* Deferred.make<void>()
          yield* Effect.forkScoped(events.consume("readers", (owned) =>
            owned.partition !== ONE ? owned.revoked : Effect.gen(function*() {
              yield* owned.seek(Offset.make(0))
              while (read.at(-1) !== last) {
                read.push(...(yield* owned.take(100)).map(({ value }) => Number(new TextDecoder().decode(value))))
              }
              yield* Deferred.succeed(whole, undefined)
              yield* owned.revoked
            }).pipe(Effect.orDie)))
          yield* Deferred.await(whole)
          // Told again at the most; the first telling of each in the order in which they were told.
          assert.deepStrictEqual(
            [...new Set(read)],
            Array.from({ length: last + 1 }, (_, index) =>
              index)
          )
          assert.strictEqual(yield* events.told(ONE), state.calls - 1)
        }).pipe(Effect.scoped, Effect.provide(KafkaInfra.layerEvents(settingsAt(broker.address), true)))
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )
})
