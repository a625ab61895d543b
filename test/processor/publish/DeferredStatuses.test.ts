/**
 * A status that may be overtaken by the final one is written after 0.2 s, or after 5 s while there is more to publish.
 */
import { assert, describe, it } from "@effect/vitest"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { OpenOrder } from "@flash-sale/processor/order/OpenOrder"
import * as DeferredStatuses from "@flash-sale/processor/publish/DeferredStatuses"
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

const ITEM = ItemId.make("101")
const IDLE = Duration.toMillis(DeferredStatuses.RESERVED_DELAY)
const BUSY = Duration.toMillis(DeferredStatuses.RESERVED_DELAY_MAX)
/** Those that wait are looked at so often, so each bound is kept to within as much. */
const LOOK = Duration.toMillis(DeferredStatuses.LOOK_EVERY)

const openOrder = (offset: number, heldAt: number): OpenOrder => ({
  itemId: ITEM,
  record: {
    partition: PartitionId.make(0),
    offset: Offset.make(offset),
    timestamp: 0,
    key: ITEM,
    value: new Uint8Array()
  },
  requestId: RequestId.make(`r-${offset}`),
  userId: UserId.make("u-1"),
  amount: 1,
  attempt: 1,
  correlationId: CorrelationId.make("c-1"),
  isHold: false,
  paymentToken: undefined,
  metadata: undefined,
  placedAtOffset: offset,
  hold: undefined,
  refundsDue: [],
  acceptedAt: 0,
  takenAt: heldAt,
  heldAt,
  price: undefined,
  currency: undefined,
  voiding: false,
  isHeldBack: false
})

/** What was written, and when. `defer` notes an order that is held now. */
const deferred = Effect.gen(function*() {
  const world = { isBusy: false, written: new Array<{ readonly id: string; readonly status: string; at: number }>() }
  const statuses = yield* DeferredStatuses.make(
    (records: ReadonlyArray<StatusRecord>) =>
      Effect.map(Clock.currentTimeMillis, (at) => {
        for (const { requestId, status } of records) world.written.push({ id: requestId, status, at })
      }),
    () => world.isBusy
  )
  const defer = (offset: number) => Effect.map(Clock.currentTimeMillis, (now) => statuses.defer(openOrder(offset, now)))
  return { world, statuses, defer }
})

const pass = (millis: number) => Effect.repeat(TestClock.adjust("10 millis"), { times: millis / 10 - 1 })

describe("A status that may be overtaken", () => {
  it.effect("is written after 0.2 s where there is nothing else to publish", () =>
    Effect.gen(function*() {
      const { defer, world } = yield* deferred
      yield* defer(1)
      yield* pass(IDLE - 10)
      assert.deepStrictEqual(world.written, [])
      yield* pass(LOOK + 10)
      assert.deepStrictEqual(world.written.map(({ id, status }) => `${id} ${status}`), ["r-1 RESERVED"])
      assert.isAtMost(world.written[0]!.at, IDLE + LOOK)
      // Once.
      yield* pass(BUSY * 2)
      assert.lengthOf(world.written, 1)
    }))

  it.effect("waits while there is, for 5 s at the most", () =>
    Effect.gen(function*() {
      const { defer, world } = yield* deferred
      world.isBusy = true
      yield* defer(1)
      yield* pass(BUSY - 10)
      assert.deepStrictEqual(world.written, [])
      yield* pass(LOOK + 10)
      assert.lengthOf(world.written, 1)
      assert.isAtMost(world.written[0]!.at, BUSY + LOOK)
    }))

  it.effect("is written soon once there is nothing else any more", () =>
    Effect.gen(function*() {
      const { defer, world } = yield* deferred
      world.isBusy = true
      yield* defer(1)
      yield* pass(1_000)
      world.isBusy = false
      yield* pass(LOOK)
      assert.lengthOf(world.written, 1)
    }))

  it.effect("is not written where another was, and each of the others in its time and order", () =>
    Effect.gen(function*() {
      const { defer, statuses, world } = yield* deferred
      yield* defer(1)
      yield* defer(2)
      yield* pass(100)
      yield* defer(3)
      statuses.supersede(2)
      yield* pass(IDLE + LOOK)
      assert.deepStrictEqual(world.written.map(({ id }) => id), ["r-1", "r-3"])
      assert.isAtLeast(world.written[1]!.at, 100 + IDLE)
      // After a rest it begins anew.
      yield* pass(1_000)
      yield* defer(4)
      yield* pass(IDLE + LOOK)
      assert.strictEqual(world.written.at(-1)!.id, "r-4")
    }))
})
