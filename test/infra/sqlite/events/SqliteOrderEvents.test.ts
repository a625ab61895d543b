/** What only the embedded file's order events promise: how long they are kept, and what outlives the process. */
import { assert, describe, it } from "@effect/vitest"
import { OrderEvents, type OwnedEvents } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as EventLogRows from "@flash-sale/infra/sqlite/events/EventLogRows"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Folders from "../Folders.ts"

const ONE = PartitionId.make(1)
const several = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    itemId: ItemId.make("101"),
    value: String(index),
    traceparent: undefined
  }))

/** Runs `body` in the partition, and answers with its result. */
const inPartition = Effect.fnUntraced(function*<A>(
  events: OrderEvents["Service"],
  body: (owned: OwnedEvents) => Effect.Effect<A, unknown>
) {
  const result = yield* Deferred.make<A>()
  const worker = (owned: OwnedEvents) =>
    owned.partition !== ONE
      ? owned.revoked
      : Effect.andThen(Effect.flatMap(body(owned), (value) => Deferred.succeed(result, value)), owned.revoked).pipe(
        Effect.orDie
      )
  return yield* Effect.scoped(Effect.raceFirst(Deferred.await(result), events.consume("archive", worker)))
})

const boundsOf = (events: OrderEvents["Service"]) => inPartition(events, (owned) => owned.bounds)

describe("SqliteOrderEvents", () => {
  it.effect("events go a month after they were told, a bounded number with each append, and the last stays", () =>
    Effect.gen(function*() {
      const events = yield* OrderEvents
      const old = EventLogRows.SWEEP_STEP + 200
      yield* TestClock.setTime(1_000)
      yield* events.append(ONE, several(old), Offset.make(1))
      yield* TestClock.setTime(1_000 + EventLogRows.KEPT_MILLIS)
      yield* events.append(ONE, several(1), Offset.make(2))
      assert.deepStrictEqual(yield* boundsOf(events), { start: Offset.make(0), end: Offset.make(old + 1) })
      yield* TestClock.setTime(1_001 + EventLogRows.KEPT_MILLIS)
      yield* events.append(ONE, several(1), Offset.make(3))
      assert.strictEqual((yield* boundsOf(events)).start, EventLogRows.SWEEP_STEP)
      yield* events.append(ONE, several(1), Offset.make(4))
      assert.deepStrictEqual(yield* boundsOf(events), { start: Offset.make(old), end: Offset.make(old + 3) })
      yield* TestClock.setTime(10 * EventLogRows.KEPT_MILLIS)
      yield* events.append(ONE, several(1), Offset.make(5))
      assert.deepStrictEqual(yield* boundsOf(events), { start: Offset.make(old + 3), end: Offset.make(old + 4) })
      assert.strictEqual(yield* events.told(ONE), 5)
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it.effect("one partition's old events stay while another one tells", () =>
    Effect.gen(function*() {
      const events = yield* OrderEvents
      yield* TestClock.setTime(1_000)
      yield* events.append(ONE, several(3), Offset.make(1))
      yield* TestClock.setTime(2 * EventLogRows.KEPT_MILLIS)
      yield* events.append(PartitionId.make(2), several(3), Offset.make(1))
      assert.deepStrictEqual(yield* boundsOf(events), { start: Offset.make(0), end: Offset.make(3) })
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it.effect("the next process of the folder has events, and where each reader goes on", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const aProcess = <A, E>(use: (events: OrderEvents["Service"]) => Effect.Effect<A, E>) =>
        Effect.scoped(
          Effect.flatMap(Layer.build(SqliteInfra.layer({ folder })), (built) => use(Context.get(built, OrderEvents)))
        )
      yield* aProcess((events) =>
        Effect.andThen(
          events.append(ONE, several(5), Offset.make(9)),
          inPartition(events, (owned) => owned.commit(Offset.make(2)))
        )
      )
      const found = yield* aProcess((events) =>
        Effect.all([
          events.told(ONE),
          inPartition(events, (owned) =>
            Effect.gen(function*() {
              const from = yield* owned.committed
              yield* owned.seek(from!)
              return (yield* owned.take(10)).map(({ offset, value }) => `${offset}: ${new TextDecoder().decode(value)}`)
            }))
        ])
      )
      assert.deepStrictEqual(found, [Offset.make(9), ["2: 2", "3: 3", "4: 4"]])
    }))
})
