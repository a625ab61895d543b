/** Handing over a partition: a worker with nothing in hand returns at once, as a whole rebalance may wait for it. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogUnavailable, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { HAND_OVER_WITHIN } from "@flash-sale/processor/partition/HandOver"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Deferred, Duration, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { order, stock } from "../Placing.ts"

const PARTITION = PartitionId.make(0)

const ports = Layer.mergeAll(
  ProcessorState.layer,
  SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
  SqliteInfra.layerMemory,
  Logger.layer([])
)

const away = new LogUnavailable({ detail: "nobody answers" })

const cases: ReadonlyArray<readonly [string, Pick<OwnedPartition, "bounds">]> = [
  ["is refused by the log, and waits to try again", { bounds: Effect.fail(away) }],
  ["waits for the log's answer", { bounds: Effect.never }],
  ["has taken nothing", { bounds: Effect.succeed({ start: Offset.make(0), end: Offset.make(0) }) }]
]

describe("Hand-over of an idle partition", () => {
  it.effect.each(cases)(
    "a worker that is asked to return does so at once where it %s",
    ([, { bounds }]) =>
      Effect.gen(function*() {
        const revoked = yield* Deferred.make<void>()
        const owned: OwnedPartition = {
          partition: PARTITION,
          committed: Effect.succeed(Offset.make(0)),
          bounds,
          seek: () => Effect.void,
          take: () => Effect.never,
          commit: () => Effect.void,
          revoked: Deferred.await(revoked)
        }
        const worker = yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
        // Into the longest wait between two tries.
        yield* TestClock.adjust("30 seconds")
        assert.isUndefined(worker.pollUnsafe())
        yield* Deferred.succeed(revoked, undefined)
        yield* TestClock.adjust("50 millis")
        assert.isDefined(worker.pollUnsafe(), "it has returned")
        yield* Fiber.join(worker)
      }).pipe(Effect.provide(ports))
  )
})

describe("Hand-over with records in hand", () => {
  const records = [stock("101", 5), order("r-1", "101")].map(OnePartition.written)

  /** Folds and writes take so long. */
  const slowBy = (millis: number) =>
    Layer.provideMerge(
      Layer.effect(
        ItemStore,
        Effect.map(ItemStore, (sound) => ({
          ...sound,
          fold: (request: Parameters<typeof sound.fold>[0]) => Effect.delay(sound.fold(request), millis)
        }))
      ),
      ports
    )

  const handedOver = Effect.gen(function*() {
    const { owned, revoke, seen } = yield* OnePartition.make("101", records)
    const worker = yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
    yield* TestClock.adjust("100 millis")
    assert.strictEqual(seen.taken, 2)
    yield* revoke
    let millis = 0
    for (; worker.pollUnsafe() === undefined && millis < 60_000; millis += 100) yield* TestClock.adjust("100 millis")
    return { committed: seen.committed, millis }
  })

  it.effect("a worker that is asked to return finishes what it can, and commits as far as it is final", () =>
    Effect.gen(function*() {
      const { committed, millis } = yield* handedOver
      // The stock is counted; the order waits for its payment's record, which the next owner takes.
      assert.strictEqual(committed, 1)
      assert.isAtLeast(millis, 2_000)
      assert.isBelow(millis, 4_000)
    }).pipe(Effect.provide(slowBy(2_000))))

  it.effect("a worker that is asked to return leaves what does not end within a bound to the next owner", () =>
    Effect.gen(function*() {
      const { committed, millis } = yield* handedOver
      assert.strictEqual(committed, 0)
      const bound = Duration.toMillis(HAND_OVER_WITHIN)
      assert.isAtLeast(millis, bound)
      assert.isAtMost(millis, bound + 500)
    }).pipe(Effect.provide(slowBy(3_600_000))))
})
