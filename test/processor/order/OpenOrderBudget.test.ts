/** How many open orders are kept: never more than there is room for, each once, and none is forgotten. */
import { assert, describe, it } from "@effect/vitest"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as OpenOrderBudget from "@flash-sale/processor/order/OpenOrderBudget"
import { Effect, Random } from "effect"

const MAX = 10
const ORDERS = 500

const record = (offset: number): LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(offset),
  timestamp: 0,
  key: "101",
  value: new Uint8Array(),
  headers: {}
})

/** Whether reading again is due now. */
const isDue = (budget: OpenOrderBudget.OpenOrderBudget) =>
  Effect.raceFirst(Effect.as(budget.due, true), Effect.as(Effect.yieldNow, false))

describe("The budget of open orders", () => {
  it.effect("has a record that is postponed read again once the recovery is over, and keeps nothing of it", () =>
    Effect.gen(function*() {
      const budget = OpenOrderBudget.make(MAX)
      budget.postpone(3)
      assert.deepStrictEqual([budget.first(), budget.waiting(), budget.kept()], [3, 1, 0])
      assert.isFalse(yield* isDue(budget))
      // A later order does not overtake it.
      assert.isFalse(budget.admit(4))
      budget.start()
      assert.isTrue(yield* isDue(budget))
      assert.deepStrictEqual(budget.claim([record(3)]).map(({ offset }) => offset), [3])
      budget.release(1)
      assert.deepStrictEqual([budget.first(), budget.kept()], [4, 0])
    }))

  it.effect("keeps no more than there is room for, whatever comes, and each order once", () =>
    Effect.gen(function*() {
      for (let seed = 0; seed < 50; seed++) {
        yield* Effect.gen(function*() {
          const budget = OpenOrderBudget.make(MAX)
          budget.start()
          const log = Array.from({ length: ORDERS }, (_, offset) => record(offset))
          const kept = new Set<number>()
          const final = new Set<number>()
          let next = 0
          const keep = (offset: number) => {
            assert.isFalse(kept.has(offset) || final.has(offset))
            kept.add(offset)
          }
          while (final.size < ORDERS) {
            const step = yield* Random.nextIntBetween(0, 2)
            const from = budget.first()
            if (step === 0 && next < ORDERS) {
              if (budget.admit(next)) keep(next)
              next++
            } else if (step === 1 && from !== undefined) {
              for (const { offset } of budget.claim(log.slice(from, from + 5))) keep(offset)
            } else {
              for (const offset of kept) {
                kept.delete(offset)
                final.add(offset)
                budget.release(1)
                break
              }
            }
            assert.isAtMost(kept.size, MAX)
            assert.deepStrictEqual([budget.kept(), budget.waiting()], [kept.size, next - kept.size - final.size])
          }
        }).pipe(Random.withSeed(seed))
      }
    }))

  it.effect("asks for reading again once half of it is free, or all that wait have room", () =>
    Effect.gen(function*() {
      const budget = OpenOrderBudget.make(MAX)
      assert.isFalse(budget.mayExceed(MAX))
      assert.isTrue(budget.mayExceed(MAX + 1))
      // Items fold at their own pace.
      for (const offset of [1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 20, 12, 15, 30, 31, 32]) budget.admit(offset)
      assert.deepStrictEqual([budget.kept(), budget.waiting(), budget.first()], [MAX, 6, 12])
      budget.release(MAX / 2)
      assert.isFalse(yield* isDue(budget), "not before the recovery is over")
      budget.start()
      assert.isTrue(yield* isDue(budget))
      // A later order does not overtake those that wait.
      assert.isFalse(budget.admit(40))
      const claimed = budget.claim(Array.from({ length: 30 }, (_, offset) => record(10 + offset)))
      assert.deepStrictEqual(claimed.map(({ offset }) => Number(offset)), [12, 15, 20, 30, 31])
      assert.isFalse(yield* isDue(budget))
      budget.release(1)
      assert.isFalse(yield* isDue(budget), "two wait, and there is room for one")
      budget.release(1)
      assert.isTrue(yield* isDue(budget))
    }))

  it.effect("partitions share what is beyond their own room, and none waits for another", () =>
    Effect.gen(function*() {
      const shared = { free: 4 }
      const hot = OpenOrderBudget.make(2, shared)
      const other = OpenOrderBudget.make(2, shared)
      hot.start()
      other.start()
      for (let offset = 0; offset < 10; offset++) hot.admit(offset)
      assert.deepStrictEqual([hot.kept(), hot.waiting(), shared.free], [6, 4, 0])
      for (let offset = 0; offset < 4; offset++) other.admit(offset)
      assert.deepStrictEqual([other.kept(), other.waiting()], [2, 2])
      other.release(1)
      assert.isTrue(yield* isDue(other), "its own room is its own")
      assert.deepStrictEqual(other.claim([record(2), record(3)]).map(({ offset }) => Number(offset)), [2])
      hot.release(2)
      assert.strictEqual(shared.free, 2)
      assert.isTrue(yield* isDue(hot))
      other.release(0)
      assert.deepStrictEqual(other.claim([record(3)]).length, 1)
      assert.strictEqual(shared.free, 1)
      // Reading again was due for two, and another partition has taken one of them since.
      assert.isFalse(hot.isFull())
      assert.deepStrictEqual(hot.claim([record(6), record(7)]).length, 1)
      assert.isTrue(hot.isFull())
      assert.isFalse(yield* isDue(hot), "it does not read again in vain")
      hot.close()
      other.close()
      assert.strictEqual(shared.free, 4)
    }))
})
