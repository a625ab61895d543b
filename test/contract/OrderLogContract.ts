/**
 * What every order log promises. The log may hold other records, its offsets may have gaps, and the group may have
 * committed before: the suite reads its own items only.
 */
import { assert, layer } from "@effect/vitest"
import { OrderLog, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition, LogRecord, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Fiber, type Layer } from "effect"
import { randomUUID } from "node:crypto"

type Log = OrderLog["Service"]

/** How many records the suite takes at once, and more than it takes at once. */
const TAKEN = 7
const SEVERAL = 20
const ROUNDS = 30
const TEST_TIMEOUT = 30_000

const freshItem = (): ItemId => ItemId.make(`contract-${randomUUID()}`)

const record = (itemId: ItemId, index: number): NewRecord => ({
  itemId,
  value: JSON.stringify({ index, text: "naïve ✓" }),
  headers: { type: "place", correlation_id: `c-${index}`, request_id: `r é ${index}` }
})

/** Appends one after the other, so that the order is known. */
const appendSeveral = (log: Log, itemId: ItemId, count: number) =>
  Effect.forEach(Array.from({ length: count }, (_, index) => index), (index) => log.append(record(itemId, index)))

/** A worker does not fail: it ends where it lost its partition. Anything else fails the test. */
const untilLost = (owned: OwnedPartition, body: Effect.Effect<void, unknown>): Effect.Effect<void> =>
  body.pipe(
    Effect.catch((error) =>
      typeof error === "object" && error !== null && "_tag" in error && error._tag === "PartitionLost"
        ? Effect.void
        : Effect.die(error)
    ),
    Effect.raceFirst(owned.revoked)
  )

/** Consumes with `worker` until `done`, and leaves the group. A worker's defect fails the test. */
const consuming = <A>(
  log: Log,
  worker: (owned: OwnedPartition) => Effect.Effect<void>,
  done: Effect.Effect<A>
): Effect.Effect<A> => Effect.scoped(Effect.raceFirst(done, log.consume(worker)))

/** Every record of the item, read from the partition's start, as soon as there are `count`. */
const readItem = Effect.fnUntraced(function*(log: Log, itemId: ItemId, count: number) {
  const read: Array<LogRecord> = []
  const all = yield* Deferred.make<void>()
  const worker = (owned: OwnedPartition) =>
    untilLost(
      owned,
      Effect.gen(function*() {
        const { start } = yield* owned.bounds
        yield* owned.seek(start)
        while (true) {
          const records = yield* owned.take(TAKEN)
          assert.isAtLeast(records.length, 1)
          assert.isAtMost(records.length, TAKEN)
          read.push(...records.filter(({ key }) => key === itemId))
          if (read.length >= count) yield* Deferred.succeed(all, undefined)
        }
      })
    )
  yield* consuming(log, worker, Deferred.await(all))
  return read
})

/** Runs `body` as the worker of the item's home, while the other partitions idle, and answers with its result. */
const atHome = Effect.fnUntraced(function*<A>(
  log: Log,
  itemId: ItemId,
  body: (owned: OwnedPartition) => Effect.Effect<A, unknown>
) {
  const home = Partition.home(itemId, yield* log.partitions)
  const result = yield* Deferred.make<A>()
  const worker = (owned: OwnedPartition) =>
    owned.partition === home
      ? untilLost(
        owned,
        Effect.andThen(
          Effect.flatMap(body(owned), (value) => Deferred.succeed(result, value)),
          owned.revoked
        )
      )
      : owned.revoked
  return yield* consuming(log, worker, Deferred.await(result))
})

/** Takes until `count` records of the item have come. */
const takeOf = Effect.fnUntraced(function*(owned: OwnedPartition, itemId: ItemId, count: number) {
  const read: Array<LogRecord> = []
  while (read.length < count) {
    read.push(...(yield* owned.take(TAKEN)).filter(({ key }) => key === itemId))
  }
  return read
})

const offsets = (records: ReadonlyArray<LogPosition>): ReadonlyArray<number> => records.map(({ offset }) => offset)

const next = (position: LogPosition): Offset => Offset.make(position.offset + 1)

export const suite = <E>(name: string, adapter: Layer.Layer<OrderLog, E>) =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`OrderLog (${name})`, (it) => {
    it.effect("the log has a fixed number of partitions, and is up", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const count = yield* log.partitions
        assert.isAtLeast(count, 1)
        assert.strictEqual(yield* log.partitions, count)
        assert.isTrue(yield* log.isUp)
      }), TEST_TIMEOUT)

    it.effect("a record is appended to its item's home, after the record before", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const positions = yield* appendSeveral(log, itemId, SEVERAL)
        const home = Partition.home(itemId, yield* log.partitions)
        positions.forEach(({ offset, partition }, index) => {
          assert.strictEqual(partition, home)
          if (index > 0) assert.isAbove(offset, positions[index - 1]!.offset)
        })
      }), TEST_TIMEOUT)

    it.effect(
      "records that are appended together get an offset each, and each caller gets its own",
      () =>
        Effect.gen(function*() {
          const log = yield* OrderLog
          const items = [freshItem(), freshItem(), freshItem()]
          const results = yield* Effect.forEach(
            items.flatMap((itemId) => Array.from({ length: SEVERAL }, (_, index) => ({ itemId, index }))),
            ({ index, itemId }) =>
              Effect.map(log.append(record(itemId, index)), (position) => ({ itemId, index, position })),
            {
              concurrency: "unbounded"
            }
          )
          const places = results.map(({ position }) => `${position.partition}:${position.offset}`)
          assert.strictEqual(new Set(places).size, results.length)
          const read = yield* readItem(log, items[0]!, SEVERAL)
          const expected = results.filter(({ itemId }) => itemId === items[0])
            .toSorted((a, b) => a.position.offset - b.position.offset)
          assert.deepStrictEqual(offsets(read), offsets(expected.map(({ position }) => position)))
          assert.deepStrictEqual(
            read.map(({ headers }) => headers["correlation_id"]),
            expected.map(({ index }) => `c-${index}`)
          )
        }),
      TEST_TIMEOUT
    )

    it.effect("the log keeps key, value, headers and order of its records", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const positions = yield* appendSeveral(log, itemId, SEVERAL)
        const read = yield* readItem(log, itemId, SEVERAL)
        assert.deepStrictEqual(offsets(read), offsets(positions))
        read.forEach((one, index) => {
          const written = record(itemId, index)
          assert.strictEqual(one.key, itemId)
          assert.strictEqual(new TextDecoder().decode(one.value), written.value)
          assert.deepStrictEqual({ ...one.headers }, { ...written.headers })
          assert.strictEqual(one.partition, positions[index]!.partition)
          assert.isAbove(one.timestamp, 0)
        })
      }), TEST_TIMEOUT)

    it.effect("the bounds of a partition enclose all that was appended", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const positions = yield* appendSeveral(log, itemId, 2)
        const bounds = yield* atHome(log, itemId, (owned) => owned.bounds)
        assert.isAtMost(bounds.start, positions[0]!.offset)
        assert.isAbove(bounds.end, positions[1]!.offset)
      }), TEST_TIMEOUT)

    it.effect("a worker waits for a record that is not there yet", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const [position, read] = yield* atHome(log, itemId, (owned) =>
          Effect.gen(function*() {
            yield* owned.seek((yield* owned.bounds).end)
            return yield* Effect.all([log.append(record(itemId, 0)), takeOf(owned, itemId, 1)], {
              concurrency: "unbounded"
            })
          }))
        assert.deepStrictEqual(offsets(read), [position.offset])
      }), TEST_TIMEOUT)

    it.effect(
      "a worker seeks to any offset, also before the committed one, and drops what it had read ahead",
      () =>
        Effect.gen(function*() {
          const log = yield* OrderLog
          const itemId = freshItem()
          const positions = yield* appendSeveral(log, itemId, SEVERAL)
          yield* atHome(log, itemId, (owned) =>
            Effect.gen(function*() {
              yield* owned.seek(positions[0]!.offset)
              assert.deepStrictEqual(offsets(yield* takeOf(owned, itemId, SEVERAL)), offsets(positions))
              yield* owned.commit(next(positions[SEVERAL - 1]!))
              for (const from of [3, SEVERAL - 2, 0]) {
                yield* owned.seek(positions[from]!.offset)
                const first = yield* owned.take(1)
                assert.deepStrictEqual(offsets(first), [positions[from]!.offset])
              }
              const rest = yield* takeOf(owned, itemId, SEVERAL - 1)
              assert.deepStrictEqual(offsets(rest), offsets(positions.slice(1)))
            }))
        }),
      TEST_TIMEOUT
    )

    it.effect(
      "old records are read again and again between new ones, none left out, also where a take was interrupted",
      () =>
        Effect.gen(function*() {
          const log = yield* OrderLog
          const itemId = freshItem()
          const old = yield* appendSeveral(log, itemId, SEVERAL)
          yield* atHome(log, itemId, (owned) =>
            Effect.gen(function*() {
              yield* owned.seek(old[0]!.offset)
              let front = next(yield* Effect.map(takeOf(owned, itemId, SEVERAL), (records) => records.at(-1)!))
              for (let round = 0; round < ROUNDS; round++) {
                // New records come in before, while and after old ones are read.
                const appending = yield* Effect.forkChild(appendSeveral(log, itemId, TAKEN))
                yield* Effect.raceFirst(owned.take(1), Effect.sleep(round % 3))
                const from = old[round % SEVERAL]!.offset
                yield* owned.seek(from)
                assert.deepStrictEqual(offsets(yield* owned.take(1)), [from])
                yield* owned.seek(front)
                const appended = yield* Fiber.join(appending)
                const read = yield* takeOf(owned, itemId, TAKEN)
                assert.deepStrictEqual(offsets(read), offsets(appended))
                front = next(read.at(-1)!)
              }
            }))
        }),
      TEST_TIMEOUT
    )

    it.effect("the next owner of a partition begins at the committed offset", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const positions = yield* appendSeveral(log, itemId, SEVERAL)
        const half = positions[SEVERAL / 2]!
        yield* atHome(log, itemId, (owned) =>
          Effect.gen(function*() {
            yield* owned.commit(next(positions[0]!))
            yield* owned.commit(half.offset)
            assert.strictEqual(yield* owned.committed, half.offset)
          }))
        const read = yield* atHome(log, itemId, (owned) =>
          Effect.gen(function*() {
            const committed = yield* owned.committed
            assert.strictEqual(committed, half.offset)
            yield* owned.seek(half.offset)
            return yield* takeOf(owned, itemId, SEVERAL / 2)
          }))
        assert.deepStrictEqual(offsets(read), offsets(positions.slice(SEVERAL / 2)))
      }), TEST_TIMEOUT)

    it.effect("workers are asked to return, and may commit while they do", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const itemId = freshItem()
        const [position] = yield* appendSeveral(log, itemId, 1)
        const home = Partition.home(itemId, yield* log.partitions)
        const working = yield* Deferred.make<void>()
        const returned = yield* Deferred.make<void>()
        const worker = (owned: OwnedPartition) =>
          owned.partition !== home ? owned.revoked : Effect.gen(function*() {
            yield* Deferred.succeed(working, undefined)
            yield* owned.revoked
            yield* Effect.orDie(owned.commit(next(position!)))
            yield* Deferred.succeed(returned, undefined)
          })
        yield* consuming(log, worker, Deferred.await(working))
        assert.isTrue(yield* Deferred.isDone(returned))
        assert.strictEqual(yield* atHome(log, itemId, (owned) => owned.committed), next(position!))
      }), TEST_TIMEOUT)

    it.effect("a consumer that is alone owns every partition once", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const count = yield* log.partitions
        const owned: Array<number> = []
        const all = yield* Deferred.make<void>()
        yield* consuming(log, ({ partition, revoked }) =>
          Effect.suspend(() => {
            owned.push(partition)
            return Effect.andThen(owned.length === count ? Deferred.succeed(all, undefined) : Effect.void, revoked)
          }), Deferred.await(all))
        assert.deepStrictEqual(owned.toSorted((a, b) => a - b), Array.from({ length: count }, (_, index) => index))
      }), TEST_TIMEOUT)
  })
