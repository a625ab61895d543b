/**
 * Whatever a run builds on was acknowledged in one session with the store, and each of its calls names that: a store
 * that was started again without its last writes does nothing for it.
 */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { RecoveryMarks, type Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { counts, stock } from "../Placing.ts"

/** A store that is connected anew when a test says so, and what was asked of it in which session. */
const makeStore = () => {
  const seen = { session: 7, calls: new Map<string, Set<Session | undefined>>() }
  const checked = <A, E>(what: string, session: Session | undefined, call: Effect.Effect<A, E>) =>
    Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> => {
      seen.calls.set(what, (seen.calls.get(what) ?? new Set()).add(session))
      const isPast = session !== undefined && session !== seen.session
      return isPast ? Effect.fail(new StoreUnavailable({ detail: "connected anew" })) : call
    })
  const items = Layer.effect(
    ItemStore,
    Effect.map(ItemStore, (sound) => ({
      ...sound,
      fold: (request: Parameters<typeof sound.fold>[0]) => checked("fold", request.session, sound.fold(request)),
      detectEdits: (...[partition, epoch, session]: Parameters<typeof sound.detectEdits>) =>
        checked("detectEdits", session, sound.detectEdits(partition, epoch))
    }))
  )
  const marks = Layer.effect(
    RecoveryMarks,
    Effect.map(RecoveryMarks, (sound) => ({
      ...sound,
      session: Effect.sync(() => seen.session),
      begin: (...[partition, epoch, session]: Parameters<typeof sound.begin>) =>
        checked("begin", session, sound.begin(partition, epoch)),
      complete: (...[partition, mark, session]: Parameters<typeof sound.complete>) =>
        checked("complete", session, sound.complete(partition, mark)),
      checkpoint: (...[partition, mark, session]: Parameters<typeof sound.checkpoint>) =>
        checked("checkpoint", session, sound.checkpoint(partition, mark))
    }))
  )
  const layer = Layer.merge(items, marks)
  return { layer, seen }
}

const pass = Effect.repeat(TestClock.adjust("100 millis"), { times: 50 })

describe("Sessions of the store", () => {
  it.effect("a worker names its session with each call, and begins again in the next session", () => {
    const { layer, seen } = makeStore()
    const ports = Layer.mergeAll(
      ProcessorState.layer,
      SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
      Layer.provideMerge(layer, SqliteInfra.layerMemory),
      Logger.layer([])
    )
    return Effect.gen(function*() {
      const { owned } = yield* OnePartition.make("101", [OnePartition.written(stock("101", 5))])
      yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
      yield* pass
      const all = ["begin", "checkpoint", "complete", "detectEdits", "fold"]
      assert.deepStrictEqual([...seen.calls.keys()].toSorted(), all)
      for (const call of all) assert.deepStrictEqual([call, ...seen.calls.get(call)!], [call, 7])

      seen.session = 8
      yield* pass
      const state = yield* ProcessorState.ProcessorState
      assert.strictEqual(state.workers().get(owned.partition)?._tag, "Running")
      assert.include([...seen.calls.get("detectEdits")!], 8)
      assert.deepStrictEqual(yield* counts("101"), { available: 5, held: 0, put: 5, sold: 0 })
    }).pipe(Effect.provide(ports))
  })
})
