/** What was fetched of a partition, where the library behind it does what it does. */
import { assert, describe, it } from "@effect/vitest"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as FetchBuffer from "@flash-sale/infra/kafka/group/FetchBuffer"
import { Effect, Fiber } from "effect"

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
      while (calls.length === 0 && fetched < 10 * FetchBuffer.HIGH) fetch(FETCH)
      assert.deepStrictEqual(calls.splice(0), ["pause 0"])
      assert.isAtMost(fetched, FetchBuffer.HIGH + FETCH)
      // What was on its way when fetching paused is taken as well.
      fetch(FETCH)
      let taken = 1
      while (calls.length === 0 && taken < fetched) taken += (yield* buffer.take(TAKE)).length
      assert.deepStrictEqual(calls, ["resume 0"])
      // Before it runs dry, so that no reader waits for what is fetched next.
      assert.isAtLeast(fetched - taken, FetchBuffer.LOW - 2 * TAKE)
      while (taken < fetched) taken += (yield* buffer.take(TAKE)).length
      assert.strictEqual(taken, fetched)
    }))

  it.effect("the buffer passes gaps that the log makes itself", () =>
    Effect.gen(function*() {
      const buffer = yield* intakeAt(5, { start: 0, end: 10 })
      buffer.offer([record(8)])
      assert.deepStrictEqual((yield* buffer.take(10)).map(({ offset }) => offset), [Offset.make(8)])
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
