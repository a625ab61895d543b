/** What was fetched of a partition, where the library behind it does what it does. */
import { assert, describe, it } from "@effect/vitest"
import { LogDamaged, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as FetchBuffer from "@flash-sale/infra/kafka/group/FetchBuffer"
import * as FetchedRecords from "@flash-sale/infra/kafka/group/FetchedRecords"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"

/** Records that come with one fetch, and that are taken at once. */
const FETCH = 1_000
const TAKE = 500
const PARTITION = PartitionId.make(0)

const record = (offset: number): LogRecord => ({
  partition: PARTITION,
  offset: Offset.make(offset),
  timestamp: 0,
  key: "101",
  value: new Uint8Array(),
  headers: {}
})

const nothing = { seek: () => {}, pause: () => {}, resume: () => {} }

const intakeAt = (offset: number, bounds: { readonly start: number; readonly end: number }) =>
  Effect.gen(function*() {
    const buffer = yield* FetchBuffer.make(
      PARTITION,
      nothing,
      Effect.succeed({ start: Offset.make(bounds.start), end: Offset.make(bounds.end) })
    )
    yield* buffer.seek(Offset.make(offset))
    const taking = yield* Effect.forkChild(buffer.take(10), { startImmediately: true })
    buffer.offer([record(offset)])
    yield* Fiber.join(taking)
    return buffer
  })

describe("FetchBuffer", () => {
  it.effect("the buffer pauses its partition while it is full, and resumes it afterwards", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      const fetching = {
        seek: (_: PartitionId, offset: Offset) => calls.push(`seek ${offset}`),
        pause: (partition: PartitionId) => calls.push(`pause ${partition}`),
        resume: (partition: PartitionId) => calls.push(`resume ${partition}`)
      }
      const bounds = { start: Offset.make(0), end: Offset.make(100_000) }
      const buffer = yield* FetchBuffer.make(PARTITION, fetching, Effect.succeed(bounds))
      yield* buffer.seek(Offset.make(0))
      const taking = yield* Effect.forkChild(buffer.take(1), { startImmediately: true })
      let fetched = 0
      const fetch = (count: number) => {
        buffer.offer(Array.from({ length: count }, () => record(fetched++)))
      }
      fetch(1)
      yield* Fiber.join(taking)
      assert.deepStrictEqual(calls.splice(0), ["seek 0", "resume 0"])
      while (calls.length === 0 && fetched < 10 * FetchedRecords.HIGH) fetch(FETCH)
      assert.deepStrictEqual(calls.splice(0), ["pause 0"])
      assert.isAtMost(fetched, FetchedRecords.HIGH + FETCH)
      // What was on its way when fetching paused is taken as well.
      fetch(FETCH)
      let taken = 1
      while (calls.length === 0 && taken < fetched) taken += (yield* buffer.take(TAKE)).length
      assert.deepStrictEqual(calls, ["resume 0"])
      // Before it runs dry, so that no reader waits for what is fetched next.
      assert.isAtLeast(fetched - taken, FetchedRecords.LOW - 2 * TAKE)
      while (taken < fetched) taken += (yield* buffer.take(TAKE)).length
      assert.strictEqual(taken, fetched)
    }))

  /** Takes, while the library delivers these records: it fetches once more what does not follow. */
  const takeOf = Effect.fnUntraced(function*(
    buffer: FetchBuffer.FetchBuffer,
    deliveries: ReadonlyArray<ReadonlyArray<number>>,
    wholeFrom?: number
  ) {
    const taking = yield* Effect.forkChild(Effect.result(buffer.take(10, wholeFrom)), { startImmediately: true })
    for (const offsets of deliveries) {
      buffer.offer(offsets.map(record))
      yield* Effect.yieldNow
    }
    const result = yield* Fiber.join(taking)
    return Result.isFailure(result) ? result.failure : result.success.map(({ offset }) => Number(offset))
  })
  const missing = (offset: number) =>
    new LogDamaged({ partition: PARTITION, offset: Offset.make(offset), found: "nothing" })

  it.effect("the buffer gives what is before a missing record, and stops there, also when it is asked again", () =>
    Effect.gen(function*() {
      const buffer = yield* intakeAt(5, { start: 0, end: 10 })
      assert.deepStrictEqual(yield* takeOf(buffer, [[6, 7, 9]]), [6, 7])
      assert.deepStrictEqual(yield* takeOf(buffer, [[9], [9]]), missing(8))
      assert.deepStrictEqual(yield* takeOf(buffer, [[9], [9]]), missing(8))
      yield* buffer.seek(Offset.make(8))
      assert.deepStrictEqual(yield* takeOf(buffer, [[9], [9]]), missing(8))
    }))

  it.effect("the buffer stops where the first record is not the one that was asked for", () =>
    Effect.gen(function*() {
      const bounds = { start: Offset.make(0), end: Offset.make(10) }
      const buffer = yield* FetchBuffer.make(PARTITION, nothing, Effect.succeed(bounds))
      yield* buffer.seek(Offset.make(0))
      assert.deepStrictEqual(yield* takeOf(buffer, [[4, 5], [4, 5]]), missing(0))
    }))

  it.effect("the buffer passes over nothing where only one fetch left a record out", () =>
    Effect.gen(function*() {
      const buffer = yield* intakeAt(5, { start: 0, end: 10 })
      assert.deepStrictEqual(yield* takeOf(buffer, [[8, 9], [6, 7, 8, 9]]), [6, 7, 8, 9])
    }))

  it.effect("the buffer passes over what is missing where that was accepted, and no further", () =>
    Effect.gen(function*() {
      const buffer = yield* intakeAt(5, { start: 0, end: 20 })
      assert.deepStrictEqual(yield* takeOf(buffer, [[8, 12, 13]], 12), [8, 12, 13])
      assert.deepStrictEqual(yield* takeOf(buffer, [[15], [15]], 12), missing(14))
      yield* buffer.seek(Offset.make(6))
      assert.deepStrictEqual(yield* takeOf(buffer, [[13], [13]], 12), missing(12))
    }))

  it.effect("the buffer stops where the log ends behind the last record that comes, once it was silent for long", () =>
    Effect.gen(function*() {
      let isAway = true
      const bounds = Effect.suspend(() =>
        isAway
          ? Effect.fail(new LogUnavailable({ detail: "away" }))
          : Effect.succeed({ start: Offset.make(0), end: Offset.make(7) })
      )
      const silent = yield* FetchBuffer.make(
        PARTITION,
        nothing,
        bounds
      )
      isAway = false
      yield* silent.seek(Offset.make(5))
      assert.deepStrictEqual(yield* takeOf(silent, [[5]]), [5])
      isAway = true
      const taking = yield* Effect.forkChild(Effect.flip(silent.take(1)), { startImmediately: true })
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(taking.pollUnsafe())
      isAway = false
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(taking), missing(6))
      // Accepted, the same is passed over.
      yield* silent.seek(Offset.make(6))
      const passing = yield* Effect.forkChild(silent.take(1, 7), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(passing), [])
      assert.deepStrictEqual(yield* takeOf(silent, [[7]], 7), [7])
    }))

  it.effect("the buffer stops where records are gone from the log's beginning", () =>
    Effect.gen(function*() {
      const bounds = { start: Offset.make(8), end: Offset.make(10) }
      const buffer = yield* FetchBuffer.make(PARTITION, nothing, Effect.succeed(bounds))
      yield* buffer.seek(Offset.make(6))
      assert.strictEqual((yield* Effect.flip(buffer.take(10)))._tag, "LogUnavailable")
    }))

  // A log that was cut at 3 and has grown to 20 holds the offset that was asked for, and is another one all the same.
  it.effect("the buffer stops where the log goes back, though its bounds hold the expected offset", () =>
    Effect.gen(function*() {
      const buffer = yield* intakeAt(5, { start: 0, end: 20 })
      buffer.offer([record(0), record(1)])
      const error = yield* Effect.flip(buffer.take(10))
      assert.strictEqual(error._tag, "LogUnavailable")
      // A worker that begins again asks for its own place, and goes on from there.
      yield* buffer.seek(Offset.make(6))
      const taking = yield* Effect.forkChild(buffer.take(10), { startImmediately: true })
      buffer.offer([record(6)])
      assert.deepStrictEqual((yield* Fiber.join(taking)).map(({ offset }) => offset), [Offset.make(6)])
    }))
})
