/** What becomes of statuses in time; all else is in the contract. */
import { assert, describe, it } from "@effect/vitest"
import {
  ENDED_KEPT_MILLIS,
  HeldKeptMillis,
  OrderStatuses,
  TURNED_AWAY_KEPT_MILLIS,
  UNDER_WAY_KEPT_MILLIS
} from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import * as MemoryRateLimits from "@flash-sale/infra/memory/MemoryRateLimits"
import { integer } from "@flash-sale/infra/sqlite/database/Connection"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteOrderStatuses from "@flash-sale/infra/sqlite/SqliteOrderStatuses"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as SteppingClock from "../time/SteppingClock.ts"

const layer = SqliteOrderStatuses.layer.pipe(
  Layer.provideMerge(Layer.merge(SqliteDatabase.layer("memory"), MemoryRateLimits.layer))
)

const LEASE_MILLIS = 5_000
const policy = { owner: "gateway", leaseMillis: LEASE_MILLIS, maxRequests: 10, windowMillis: 1_000 }

const order = {
  requestId: RequestId.make("r-1"),
  itemId: ItemId.make("101"),
  amount: 1,
  fingerprint: "u:101:1",
  correlationId: CorrelationId.make("c")
}

const status = (word: OrderStatus) => ({
  ...order,
  status: word,
  attempt: 1,
  updatedAt: "2026-01-01T00:00:00.000Z"
})

const rows = Effect.flatMap(
  SqliteDatabase.SqliteDatabase,
  ({ read }) => read((connection) => integer(connection.get("SELECT count(*) AS n FROM statuses") ?? {}, "n"))
)

/** It is `tag` until `millis` have passed, and unknown from then on. */
const standsFor = Effect.fnUntraced(function*(tag: "Leased" | "Kept", millis: number) {
  const statuses = yield* OrderStatuses
  yield* TestClock.adjust(millis - 1)
  assert.strictEqual((yield* statuses.read(order.requestId))._tag, tag)
  yield* TestClock.adjust(1)
  assert.strictEqual((yield* statuses.read(order.requestId))._tag, "Unknown")
})

describe("SqliteOrderStatuses", () => {
  it.effect("a claim is forgotten when its lease is over", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      yield* statuses.admit([{ ...order, userId: UserId.make("u") }], policy)
      yield* standsFor("Leased", LEASE_MILLIS)
      // Too late: the claim has ended.
      yield* statuses.confirm([{ owner: policy.owner, requestId: order.requestId }])
      assert.strictEqual((yield* statuses.read(order.requestId))._tag, "Unknown")
    }).pipe(Effect.provide(layer)))

  it.effect("an order that held units is forgotten after a day, one that was turned away after half an hour", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      for (const word of ["COMPLETED", "FAILED_PAYMENT", "CANCELLED"] as const) {
        yield* statuses.write([status(word)])
        yield* standsFor("Kept", 24 * 60 * 60 * 1000)
      }
      for (const word of ["FAILED", "FAILED_LIMIT", "FAILED_SOLD_OUT"] as const) {
        yield* statuses.write([status(word)])
        yield* standsFor("Kept", TURNED_AWAY_KEPT_MILLIS)
      }
      // It has had units in its first attempt.
      yield* statuses.write([{ ...status("FAILED_SOLD_OUT"), attempt: 2 }])
      yield* standsFor("Kept", 24 * 60 * 60 * 1000)
    }).pipe(Effect.provide(layer)))

  it.effect("an order whose units or money wait for something is there for as long, and for a day from its end", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      yield* statuses.write([status("RESERVED")])
      yield* standsFor("Kept", UNDER_WAY_KEPT_MILLIS)
      yield* statuses.write([{ ...status("COMPLETED"), refund: "pending" }])
      yield* TestClock.adjust(UNDER_WAY_KEPT_MILLIS - 1)
      yield* statuses.write([status("REFUNDED")])
      yield* standsFor("Kept", ENDED_KEPT_MILLIS)
    }).pipe(Effect.provide(layer)))

  it.effect("what is not decided is kept however long a final status is", () =>
    Effect.forEach([3 * ENDED_KEPT_MILLIS, 1_000], (held) =>
      Effect.gen(function*() {
        const statuses = yield* OrderStatuses
        yield* statuses.write([status("PENDING")])
        yield* standsFor("Kept", UNDER_WAY_KEPT_MILLIS)
        yield* statuses.write([status("COMPLETED")])
        yield* standsFor("Kept", held)
        yield* statuses.write([status("FAILED_LIMIT")])
        yield* standsFor("Kept", TURNED_AWAY_KEPT_MILLIS)
      }).pipe(Effect.provide(Layer.provide(layer, Layer.succeed(HeldKeptMillis, held))))))

  it.effect("a confirmed claim has the clock's time", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      yield* statuses.admit([{ ...order, userId: UserId.make("u") }], policy)
      yield* TestClock.adjust(1_500)
      yield* statuses.confirm([{ owner: policy.owner, requestId: order.requestId }])
      assert.deepStrictEqual(yield* statuses.read(order.requestId), {
        _tag: "Kept",
        record: { ...status("PENDING"), updatedAt: "1970-01-01T00:00:01.500Z" }
      })
      yield* standsFor("Kept", UNDER_WAY_KEPT_MILLIS)
    }).pipe(Effect.provide(layer)))

  for (const [how, millis] of Object.entries(SteppingClock.STEPS)) {
    it.effect(`a claim and a status keep their time when the clock steps ${how}`, () =>
      Effect.gen(function*() {
        const statuses = yield* OrderStatuses
        yield* statuses.admit([{ ...order, userId: UserId.make("u") }], policy)
        yield* SteppingClock.step(millis)
        yield* standsFor("Leased", LEASE_MILLIS)
        yield* statuses.write([status("COMPLETED")])
        yield* SteppingClock.step(-millis)
        yield* standsFor("Kept", 24 * 60 * 60 * 1000)
      }).pipe(Effect.provide(Layer.provideMerge(layer, SteppingClock.layer))))
  }

  it.effect("a claim that was made before the clock went back is over when the next engine has run for a minute", () =>
    Effect.gen(function*() {
      const before = yield* OrderStatuses
      yield* before.admit([{ ...order, userId: UserId.make("u") }], policy)
      yield* SteppingClock.step(SteppingClock.STEPS["6 h back"])
      // The same file, as another engine opens it.
      yield* standsFor("Leased", 60_000).pipe(Effect.provide(Layer.fresh(SqliteOrderStatuses.layer)))
      const [again] = yield* before.admit([{ ...order, userId: UserId.make("u") }], policy)
      assert.strictEqual(again?._tag, "Claimed")
    }).pipe(Effect.provide(Layer.provideMerge(layer, SteppingClock.layer))))

  it.effect("a write takes away what has expired", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      const many = Array.from({ length: 50 }, (_, n) => ({
        ...status("COMPLETED"),
        requestId: RequestId.make(`old-${n}`)
      }))
      yield* statuses.write(many)
      assert.strictEqual(yield* rows, many.length)
      yield* TestClock.adjust(ENDED_KEPT_MILLIS)
      yield* statuses.write([status("RESERVED")])
      assert.strictEqual(yield* rows, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("a row that holds no status concerns its own order alone, and a status takes its place", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      const database = yield* SqliteDatabase.SqliteDatabase
      const bad = RequestId.make("r-bad")
      yield* statuses.write([status("COMPLETED"), { ...status("COMPLETED"), requestId: bad }])
      yield* database.read((connection) =>
        connection.script("UPDATE statuses SET status = 'PAID' WHERE request = 'r-bad'")
      )
      const words = Effect.map(
        statuses.readAll([order.requestId, bad]),
        (found) => found.map((one) => one._tag === "Kept" ? one.record.status : one._tag)
      )
      assert.deepStrictEqual(yield* words, ["COMPLETED", "Unknown"])
      const user = { ...order, userId: UserId.make("u") }
      const admitted = yield* statuses.admit([user, { ...user, requestId: bad }], policy)
      assert.deepStrictEqual(admitted.map(({ _tag }) => _tag), ["Known", "Leased"])
      yield* statuses.write([{ ...status("FAILED"), requestId: bad }])
      assert.deepStrictEqual(yield* words, ["COMPLETED", "FAILED"])
    }).pipe(Effect.provide(layer)))
})
