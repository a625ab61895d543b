/**
 * What every adapter of order events promises. The suite has them for itself, with three partitions or more; each test
 * reads in a group of its own.
 */
import { assert, layer } from "@effect/vitest"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { type EventRecord, type NewEvent, OrderEvents, type OwnedEvents } from "@flash-sale/domain/ports/OrderEvents"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"

type Events = OrderEvents["Service"]

const TEST_TIMEOUT = 30_000
/** How many records the suite takes at once. */
const TAKEN = 7
/** More, and in more bytes, than one send or one step of a commit carries. */
const MANY = 1_300
const LARGE = "x".repeat(900)

/** In which nothing is told but what says so. */
const EMPTY = PartitionId.make(0)
const [ONE, OTHER] = [PartitionId.make(1), PartitionId.make(2)]

const freshGroup = (): string => `contract-${randomUUID()}`

const event = (index: number, change: Partial<NewEvent> = {}): NewEvent => ({
  itemId: ItemId.make("shoes"),
  value: JSON.stringify({ index, text: "naïve ✓" }),
  traceparent: undefined,
  ...change
})

const several = (count: number, from = 0): ReadonlyArray<NewEvent> =>
  Array.from({ length: count }, (_, index) => event(from + index))

const textOf = ({ value }: EventRecord): string => new TextDecoder().decode(value)

/** A worker does not fail: it ends where it lost its partition. Anything else fails the test. */
const untilLost = (owned: OwnedEvents, body: Effect.Effect<void, unknown>): Effect.Effect<void> =>
  body.pipe(
    Effect.catch((error) =>
      typeof error === "object" && error !== null && "_tag" in error && error._tag === "PartitionLost"
        ? Effect.void
        : Effect.die(error)
    ),
    Effect.raceFirst(owned.revoked)
  )

/** Runs `body` as the worker of this partition, while the others idle, and answers with its result. */
const inPartition = Effect.fnUntraced(function*<A>(
  events: Events,
  group: string,
  partition: PartitionId,
  body: (owned: OwnedEvents) => Effect.Effect<A, unknown>
) {
  const result = yield* Deferred.make<A>()
  const worker = (owned: OwnedEvents) =>
    owned.partition === partition
      ? untilLost(
        owned,
        Effect.andThen(Effect.flatMap(body(owned), (value) => Deferred.succeed(result, value)), owned.revoked)
      )
      : owned.revoked
  return yield* Effect.scoped(Effect.raceFirst(Deferred.await(result), events.consume(group, worker)))
})

/** Takes until there are as many. */
const takeOf = Effect.fnUntraced(function*(owned: OwnedEvents, count: number) {
  const read: Array<EventRecord> = []
  while (read.length < count) {
    const records = yield* owned.take(TAKEN)
    assert.isAtLeast(records.length, 1)
    assert.isAtMost(records.length, TAKEN)
    read.push(...records)
  }
  return read
})

const endOf = (events: Events, partition: PartitionId) =>
  inPartition(events, freshGroup(), partition, (owned) => Effect.map(owned.bounds, ({ end }) => end))

/** The events from this offset on. */
const readFrom = (events: Events, partition: PartitionId, from: Offset, count: number) =>
  inPartition(
    events,
    freshGroup(),
    partition,
    (owned) => Effect.andThen(owned.seek(from), takeOf(owned, count))
  )

export const suite = <E>(name: string, adapter: Layer.Layer<OrderEvents, E>) =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`OrderEvents (${name})`, (it) => {
    it.effect("where nothing was told there is nothing to tell from, and no event", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        assert.isUndefined(yield* events.told(EMPTY))
        yield* events.append(EMPTY, [], Offset.make(5))
        assert.isUndefined(yield* events.told(EMPTY))
        const bounds = yield* inPartition(events, freshGroup(), EMPTY, (owned) => owned.bounds)
        assert.deepStrictEqual(bounds, { start: Offset.make(0), end: Offset.make(0) })
        assert.deepStrictEqual(yield* events.bounds(EMPTY), bounds)
      }), TEST_TIMEOUT)

    it.effect("they are up once they are used, and nothing is wrong with them", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        yield* events.append(ONE, several(1), Offset.make(1))
        assert.isTrue(yield* events.isUp)
        assert.deepStrictEqual(yield* events.warnings, [])
      }), TEST_TIMEOUT)

    it.effect(
      "an event keeps its text, its item, its trace, and how far everything was told",
      () =>
        Effect.gen(function*() {
          const events = yield* OrderEvents
          const from = yield* endOf(events, ONE)
          const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
          const told = [event(1, { traceparent }), event(2, { itemId: undefined })]
          yield* events.append(ONE, told, Offset.make(41))
          const [first, second] = yield* readFrom(events, ONE, from, 2)
          assert.strictEqual(textOf(first!), told[0]!.value)
          assert.strictEqual(first!.key, "shoes")
          assert.deepStrictEqual({ ...first!.headers }, {
            next: "41",
            "content-type": CloudEvent.CONTENT_TYPE,
            traceparent
          })
          assert.isAbove(first!.timestamp, 0)
          assert.strictEqual(textOf(second!), told[1]!.value)
          assert.isUndefined(second!.key)
          assert.deepStrictEqual({ ...second!.headers }, { next: "41", "content-type": CloudEvent.CONTENT_TYPE })
          assert.deepStrictEqual([first, second].map((one) => one!.partition), [ONE, ONE])
        }),
      TEST_TIMEOUT
    )

    it.effect("how far everything is told is what the last event of a partition says", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        const { end } = yield* events.bounds(ONE)
        yield* events.append(ONE, several(3), Offset.make(100))
        assert.strictEqual((yield* events.bounds(ONE)).end, end + 3)
        yield* events.append(OTHER, several(1), Offset.make(7))
        yield* events.append(ONE, several(2), Offset.make(103))
        assert.strictEqual(yield* events.told(ONE), 103)
        assert.strictEqual(yield* events.told(OTHER), 7)
        // A log that was accepted begins anew: what counts is what was said last.
        yield* events.append(ONE, several(1), Offset.make(2))
        assert.deepStrictEqual(
          yield* Effect.all([events.told(ONE), events.told(OTHER), events.told(ONE)], { concurrency: 3 }),
          [Offset.make(2), Offset.make(7), Offset.make(2)]
        )
      }), TEST_TIMEOUT)

    it.effect("more events than one send carries are there in their order", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        const from = yield* endOf(events, ONE)
        const told = Array.from({ length: MANY }, (_, index) => event(index, { value: `${index} ${LARGE}` }))
        yield* events.append(ONE, told, Offset.make(500))
        const read = yield* readFrom(events, ONE, from, MANY)
        assert.deepStrictEqual(read.map(textOf), told.map(({ value }) => value))
        assert.strictEqual(yield* events.told(ONE), 500)
      }), TEST_TIMEOUT)

    it.effect("calls for one partition go one after the other", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        const from = yield* endOf(events, OTHER)
        const calls = Array.from({ length: 20 }, (_, call) => several(TAKEN, call * TAKEN))
        yield* Effect.forEach(calls, (call, index) => events.append(OTHER, call, Offset.make(index)), {
          concurrency: "unbounded",
          discard: true
        })
        const read = (yield* readFrom(events, OTHER, from, calls.length * TAKEN)).map(textOf)
        for (const call of calls) {
          const at = read.indexOf(call[0]!.value)
          assert.deepStrictEqual(read.slice(at, at + TAKEN), call.map(({ value }) => value))
        }
      }), TEST_TIMEOUT)

    it.effect("a reader waits for an event that is not told yet", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        const read = yield* inPartition(events, freshGroup(), ONE, (owned) =>
          Effect.gen(function*() {
            yield* owned.seek((yield* owned.bounds).end)
            const [records] = yield* Effect.all([
              takeOf(owned, 1),
              events.append(ONE, [event(77)], Offset.make(1))
            ], { concurrency: 2 })
            return records
          }))
        assert.deepStrictEqual(read.map(textOf), [event(77).value])
      }), TEST_TIMEOUT)

    it.effect(
      "each group goes on where it has committed, and knows nothing of the others",
      () =>
        Effect.gen(function*() {
          const events = yield* OrderEvents
          const [group, another] = [freshGroup(), freshGroup()]
          const from = yield* endOf(events, ONE)
          yield* events.append(ONE, several(6), Offset.make(1))
          yield* inPartition(events, group, ONE, (owned) =>
            Effect.gen(function*() {
              assert.isUndefined(yield* owned.committed)
              yield* owned.seek(from)
              const [, , third] = yield* takeOf(owned, 6)
              yield* owned.commit(third!.offset)
              assert.strictEqual(yield* owned.committed, third!.offset)
            }))
          assert.isUndefined(yield* inPartition(events, another, ONE, (owned) => owned.committed))
          const rest = yield* inPartition(events, group, ONE, (owned) =>
            Effect.gen(function*() {
              yield* owned.seek((yield* owned.committed) ?? from)
              return yield* takeOf(owned, 4)
            }))
          assert.deepStrictEqual(rest.map(textOf), several(4, 2).map(({ value }) => value))
        }),
      TEST_TIMEOUT
    )

    it.effect("workers are asked to return, and may commit while they do", () =>
      Effect.gen(function*() {
        const events = yield* OrderEvents
        const group = freshGroup()
        const working = yield* Deferred.make<void>()
        const worker = (owned: OwnedEvents) =>
          owned.partition !== ONE ? owned.revoked : Effect.gen(function*() {
            yield* Deferred.succeed(working, undefined)
            yield* owned.revoked
            yield* Effect.orDie(owned.commit(Offset.make(3)))
          })
        yield* Effect.scoped(Effect.raceFirst(Deferred.await(working), events.consume(group, worker)))
        assert.strictEqual(yield* inPartition(events, group, ONE, (owned) => owned.committed), 3)
      }), TEST_TIMEOUT)
  })
