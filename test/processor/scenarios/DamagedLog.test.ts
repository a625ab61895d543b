/** A record that is not the one that was appended halts its partition before it, and says so once. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogDamaged, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as OnePartition from "../OnePartition.ts"
import { order, stock } from "../Placing.ts"

const ITEM = ItemId.make("101")
const DAMAGED = 3
const RECORDS = [stock("101", 5), ...["a", "b", "c", "d"].map((id) => order(id, "101"))].map(OnePartition.written)

/** The partition, of which one record is damaged while `damage.isThere`. */
const damaged = (sound: OwnedPartition, damage: { isThere: boolean }): OwnedPartition => {
  let next = 0
  return {
    ...sound,
    seek: (offset) => Effect.andThen(Effect.sync(() => void (next = offset)), sound.seek(offset)),
    take: (max) =>
      Effect.suspend(() => {
        const room = damage.isThere ? DAMAGED - next : max
        if (room === 0) {
          return Effect.fail(
            new LogDamaged({ partition: sound.partition, offset: Offset.make(DAMAGED), found: "another" })
          )
        }
        return Effect.tap(sound.take(Math.min(max, room)), (some) => Effect.sync(() => void (next += some.length)))
      })
  }
}

describe("A damaged log", () => {
  it.effect("is folded up to the damage, charges nobody, and goes on by itself when it is whole again", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      let charges = 0
      const counted = Effect.updateService(PaymentProvider, (provider) => ({
        ...provider,
        charge: (charge: Parameters<typeof provider.charge>[0]) => {
          charges++
          return provider.charge(charge)
        }
      }))
      let isStoreAway = false
      const mayBeAway = Effect.updateService(RecoveryMarks, (marks) => ({
        ...marks,
        read: (one: Parameters<typeof marks.read>[0]) =>
          isStoreAway ? Effect.fail(new StoreUnavailable({ detail: "away" })) : marks.read(one)
      }))
      const logger = Logger.make(({ message }) => void lines.push(String(message)))
      const damage = { isThere: true }
      const { owned: sound, partition, seen } = yield* OnePartition.make("101", RECORDS)
      yield* Effect.forkChild(
        PartitionWorker.work(damaged(sound, damage), PaymentSlots.make({ charges: 1 })).pipe(
          counted,
          mayBeAway,
          Effect.provide(Logger.layer([logger]))
        )
      )
      const state = yield* ProcessorState.ProcessorState
      const pass = Effect.repeat(TestClock.adjust("100 millis"), { times: 300 })
      yield* pass
      const why = `record ${DAMAGED} of the log is not the one that was written: the file was changed or is damaged; ` +
        `bring back the log and the store that fit each other, or accept the log as it is: ` +
        `flash-sale recover --accept-log --partition ${partition}`
      assert.deepStrictEqual(state.workers().get(partition), { _tag: "Halted", code: "damaged_log", why })
      // Once each, however often the worker has looked again by now.
      assert.deepStrictEqual(lines.filter((line) => line.startsWith("Partition")), [
        `Partition ${partition}: folding the log from 0 to ${RECORDS.length}`,
        `Partition ${partition}: halted, damaged_log: ${why}`
      ])
      assert.strictEqual(seen.committed, 0)
      assert.strictEqual(charges, 0)
      const store = yield* ItemStore
      assert.isAtMost((yield* store.read(partition, ITEM)).position, DAMAGED - 1)

      // A store that is away meanwhile does not make it try the log again.
      isStoreAway = true
      yield* pass
      assert.strictEqual(state.workers().get(partition)?._tag, "Waiting")
      isStoreAway = false
      yield* pass
      assert.deepStrictEqual(state.workers().get(partition), { _tag: "Halted", code: "damaged_log", why })
      assert.strictEqual(lines.filter((line) => line.includes("folding the log from")).length, 1)

      damage.isThere = false
      yield* pass
      assert.deepStrictEqual(state.workers().get(partition), { _tag: "Running" })
      assert.strictEqual((yield* store.read(partition, ITEM)).held, 4)
      assert.strictEqual(charges, 4)
    }).pipe(Effect.provide(Layer.mergeAll(
      ProcessorState.layer,
      SimulatedPayments.layer({ failureRate: 0, latency: Duration.zero }),
      SqliteInfra.layerMemory
    ))))
})
