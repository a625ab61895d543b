/** Giving a partition back: who has nothing in hand returns at once, as a whole rebalance may wait for him. */
import { assert, describe, it } from "@effect/vitest"
import { LogUnavailable, type OwnedPartition } from "@flash-sale/domain/OrderLog"
import { Offset, PartitionId } from "@flash-sale/domain/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as InFlight from "@flash-sale/processor/InFlight"
import * as PartitionWorker from "@flash-sale/processor/PartitionWorker"
import * as ProcessorState from "@flash-sale/processor/ProcessorState"
import { Deferred, Duration, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"

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
  [
    "has taken nothing",
    { bounds: Effect.succeed({ start: Offset.make(0), end: Offset.make(0) }) }
  ]
]

describe("A worker that is asked to return", () => {
  it.effect.each(cases)("does so at once where it %s", ([, { bounds }]) =>
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
      const worker = yield* Effect.forkChild(PartitionWorker.work(owned, InFlight.make(1)))
      // Into the longest wait between two tries.
      yield* TestClock.adjust("30 seconds")
      assert.isUndefined(worker.pollUnsafe())
      yield* Deferred.succeed(revoked, undefined)
      yield* TestClock.adjust("50 millis")
      assert.isDefined(worker.pollUnsafe(), "it has returned")
      yield* Fiber.join(worker)
    }).pipe(Effect.provide(ports)))
})
