/** One line for each change of state, and none for what goes on as it was. */
import { assert, describe, it } from "@effect/vitest"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { order, stock } from "../Placing.ts"

/** The effect with what it logs, each line as `<level> <message>`. */
const overheard = <A, E, R>(effect: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(message)}`)
    })
    return Effect.provide(effect(lines), Logger.layer([logger]))
  })

describe("ProcessorState: log lines", () => {
  it.effect("a worker that waits or halts logs it once, in whatever words it fails again", () =>
    overheard((lines) =>
      Effect.gen(function*() {
        const state = yield* ProcessorState.ProcessorState
        const set = (next: ProcessorState.WorkerState | undefined) => state.set(PartitionId.make(3), next)
        yield* set({ _tag: "Running" })
        yield* set({ _tag: "Running" })
        for (const why of ["ECONNREFUSED", "LOADING", "ECONNREFUSED"]) yield* set({ _tag: "Waiting", why })
        // The log grows while the operator is on the way.
        for (const end of [33, 35, 39]) {
          yield* set({ _tag: "Halted", code: "ahead_of_log", why: `the log ends at ${end}, but` })
        }
        assert.deepStrictEqual(state.workers().get(PartitionId.make(3)), {
          _tag: "Halted",
          code: "ahead_of_log",
          why: "the log ends at 39, but"
        })
        yield* set({
          _tag: "Recovering",
          from: 0,
          until: 39,
          at: () => 0
        })
        yield* set({ _tag: "Running" })
        yield* set(undefined)
        assert.deepStrictEqual(lines, [
          "Info Partition 3: running",
          "Warn Partition 3: waiting: ECONNREFUSED",
          "Error Partition 3: halted, ahead_of_log: the log ends at 33, but",
          "Info Partition 3: folding the log from 0 to 39",
          "Info Partition 3: running",
          "Info Partition 3: released, for the next processor or the next start"
        ])
      })
    ).pipe(Effect.provide(ProcessorState.layer)))

  it.effect("a worker that recovers logs every 10 s how far it has come", () =>
    overheard((lines) =>
      Effect.gen(function*() {
        const records = [stock("101", 5), order("r-1", "101")].map(OnePartition.written)
        const { owned, partition } = yield* OnePartition.make("101", records, { missing: 7 })
        yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
        yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 350 })
        const logged = lines.filter((line) => line.startsWith(`Info Partition ${partition}: `))
        assert.deepStrictEqual(logged, [
          `Info Partition ${partition}: folding the log from 0 to 9`,
          ...Array.from({ length: 3 }, () => `Info Partition ${partition}: folded up to 2 of 9`)
        ])
      })
    ).pipe(Effect.provide(Layer.mergeAll(
      ProcessorState.layer,
      SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
      SqliteInfra.layerMemory
    ))))
})
