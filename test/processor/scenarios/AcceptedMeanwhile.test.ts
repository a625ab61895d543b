/** An operator accepts the log as it is between two questions of a worker that begins: it follows what was accepted. */
import { assert, describe, it } from "@effect/vitest"
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { type AcceptedLog, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"

const RUBBISH = OnePartition.written({ itemId: ItemId.make("101"), value: "no order", headers: {} })
/** All of it is to be published, whatever the group had committed of the log that was there before. */
const ACCEPTED: AcceptedLog = { from: 0 }

/** An empty store, of which the log is accepted right before this call comes to it. */
const acceptedBefore = (call: "read" | "accepted" | "begin") =>
  Layer.effect(
    RecoveryMarks,
    Effect.map(RecoveryMarks, (sound) => {
      let accepted: AcceptedLog | undefined
      const comes = <A, E>(name: typeof call, effect: Effect.Effect<A, E>) =>
        Effect.suspend(() => {
          if (name === call) accepted ??= ACCEPTED
          return effect
        })
      return {
        ...sound,
        read: (...args: Parameters<typeof sound.read>) => comes("read", sound.read(...args)),
        accepted: () => comes("accepted", Effect.sync(() => accepted)),
        begin: (...args: Parameters<typeof sound.begin>) => comes("begin", sound.begin(...args))
      }
    })
  )

describe("A log that is accepted while a worker begins", () => {
  it.effect.each(["read", "accepted", "begin"] as const)(
    "a worker publishes from where the accepted log says, accepted before %s",
    (call) => {
      const letters: Array<DeadLetter> = []
      const ports = Layer.mergeAll(
        ProcessorState.layer,
        SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
        Layer.provideMerge(acceptedBefore(call), SqliteInfra.layerMemory),
        Logger.layer([])
      )
      const noting = Effect.updateService(DeadLetters, (sound) => ({
        ...sound,
        put: (letter: DeadLetter) => Effect.andThen(Effect.sync(() => void letters.push(letter)), sound.put(letter))
      }))
      return Effect.gen(function*() {
        const { owned } = yield* OnePartition.make("101", [RUBBISH, RUBBISH], { isCommitted: true })
        yield* Effect.forkChild(PartitionWorker.work(owned, PaymentSlots.make({ charges: 1 })))
        yield* Effect.repeat(TestClock.adjust("100 millis"), { times: 50 })
        assert.deepStrictEqual([...new Set(letters.map(({ offset }) => offset))].toSorted(), [0, 1])
      }).pipe(noting, Effect.provide(ports))
    }
  )
})
