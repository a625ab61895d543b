/** An id is unknown only where the store takes writes, and every order that this gateway accepted has a status. */
import { assert, describe, it } from "@effect/vitest"
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { RequestId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Gatekeeper } from "@flash-sale/gateway/access/Gatekeeper"
import { PartitionCount } from "@flash-sale/gateway/guards/PartitionCount"
import { StoreBreaker } from "@flash-sale/gateway/guards/StoreBreaker"
import * as Unconfirmed from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import { ArchiveReads } from "@flash-sale/gateway/reads/ArchiveReads"
import * as StatusReads from "@flash-sale/gateway/reads/StatusReads"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

const partition = PartitionId.make(1)

/** A store that was never away, and knows nothing of the order. */
const world = () => {
  const state = { isUp: true, folded: 0, reads: 0, session: 0 }
  const answers = (question: Effect.Effect<unknown, unknown>) => question
  const layer = StatusReads.layer.pipe(
    Layer.provideMerge(Unconfirmed.layer),
    Layer.provide([
      Layer.succeed(
        StoreBreaker,
        {
          ask: answers,
          askAside: answers,
          failedAt: () => Number.NEGATIVE_INFINITY
        } as StoreBreaker["Service"]
      ),
      Layer.mock(Gatekeeper, {
        known: () => undefined,
        denialOf: () => undefined,
        changeDenialOf: () => undefined,
        listDenialOf: () => undefined,
        paymentDenialOf: () => undefined,
        mayRead: () => true,
        missed: () => {}
      }),
      Layer.succeed(PartitionCount, { partitions: Effect.succeed(2), now: () => 2 }),
      Layer.mock(ArchiveReads, { find: () => Effect.succeed([]), isCaughtUp: Effect.succeed(true) }),
      UnknownOutcomes.layer,
      Layer.mock(OrderStatuses, { readAll: (ids) => Effect.succeed(ids.map(() => ({ _tag: "Unknown" }))) }),
      Layer.mock(ItemStore, { isUp: Effect.sync(() => state.isUp) }),
      Layer.mock(RecoveryMarks, {
        session: Effect.sync(() => state.session),
        read: () => Effect.succeed({} as never)
      }),
      Layer.succeed(Backlogs, {
        publish: () => Effect.void,
        read: Effect.sync(() => {
          state.reads++
          return new Map<PartitionId, Backlog>([[partition, { folded: state.folded, perSecond: 1, rules: 2 }]])
        })
      })
    ])
  )
  return { state, layer }
}

/** What a buyer is told, a second after the last answer. */
const told = Effect.gen(function*() {
  const { read } = yield* StatusReads.StatusReads
  yield* TestClock.adjust("1 second")
  return (yield* Effect.flip(read(RequestId.make("r-1"), { _tag: "Nobody" })))._tag
})

describe("An id that the store does not know", () => {
  it.effect("is unknown, but not while the store takes no writes", () => {
    const { layer, state } = world()
    return Effect.gen(function*() {
      assert.strictEqual(yield* told, "UnknownOrder")
      state.isUp = false
      assert.strictEqual(yield* told, "Unavailable")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* told, "Unavailable")
      state.isUp = true
      assert.strictEqual(yield* told, "UnknownOrder")
      assert.strictEqual(state.reads, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("may be that of an accepted order without a status until its record is folded and published", () => {
    const { layer, state } = world()
    return Effect.gen(function*() {
      const unconfirmed = yield* Unconfirmed.Unconfirmed
      unconfirmed.add({ partition, offset: Offset.make(7) })
      unconfirmed.add({ partition, offset: Offset.make(5) })
      state.folded = 7
      assert.strictEqual(yield* told, "Unavailable")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* told, "Unavailable")
      state.folded = 8
      assert.strictEqual(yield* told, "Unavailable")
      yield* TestClock.adjust(Unconfirmed.PUBLISHED_WITHIN)
      assert.strictEqual(yield* told, "UnknownOrder")
      const { reads } = state
      assert.strictEqual(yield* told, "UnknownOrder")
      assert.strictEqual(state.reads, reads)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is in doubt for a while after the store was reconnected to, also where nobody had asked before", () => {
    const { layer, state } = world()
    return Effect.gen(function*() {
      yield* StatusReads.StatusReads
      // The connection that was there first, and the one that has replaced it, between two questions.
      state.session = 2
      assert.strictEqual(yield* told, "Unavailable")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* told, "UnknownOrder")
      state.session = 3
      assert.strictEqual(yield* told, "Unavailable")
    }).pipe(Effect.provide(layer))
  })

  it.effect("is in no doubt because of the first connection", () => {
    const { layer, state } = world()
    return Effect.gen(function*() {
      yield* StatusReads.StatusReads
      state.session = 1
      assert.strictEqual(yield* told, "UnknownOrder")
    }).pipe(Effect.provide(layer))
  })
})
