/** What a log and its readers do where a record is missing though the log does not end before it. */
import { assert, layer } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { LogDamaged, OrderLog, type OwnedPartition } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home, Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, type Layer, Result, Stream } from "effect"
import { randomUUID } from "node:crypto"

const TEST_TIMEOUT = 60_000
const BEFORE = 5

/** Makes a hole at or behind the end of the partition, and answers with the first offset without a record. */
export type MakeHole<R> = (partition: PartitionId) => Effect.Effect<number, unknown, R | OrderLog>

export const suite = <R, E>(
  name: string,
  adapter: Layer.Layer<LogReader | OrderLog | R, E>,
  makeHole: MakeHole<R>
): void =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`A hole in the log (${name})`, (it) => {
    const append = Effect.fnUntraced(function*(itemId: ItemId, count: number) {
      const log = yield* OrderLog
      return yield* Effect.forEach(
        Array.from({ length: count }, (_, n) => n),
        (n) => Effect.map(log.append({ itemId, value: `{"n":${n}}`, headers: {} }), ({ offset }) => Number(offset))
      )
    })

    /** Records before the hole, the hole, and one behind it. */
    const holed = Effect.fnUntraced(function*() {
      const itemId = ItemId.make(`hole-${randomUUID()}`)
      const partition = home(itemId, yield* (yield* OrderLog).partitions)
      const [first] = yield* append(itemId, BEFORE)
      const missing = yield* Effect.orDie(makeHole(partition))
      const [behind] = yield* append(itemId, 1)
      return { partition, first: first!, missing, behind: behind! }
    })

    const taken = (owned: OwnedPartition, from: number) =>
      Effect.gen(function*() {
        const offsets: Array<number> = []
        yield* owned.seek(Offset.make(from))
        while (true) {
          const some = yield* Effect.result(owned.take(3))
          if (Result.isFailure(some)) return { offsets, failure: some.failure }
          offsets.push(...some.success.map(({ offset }) => Number(offset)))
        }
      })

    const range = (from: number, until: number) => Array.from({ length: until - from }, (_, n) => from + n)

    it.effect("a worker gets what is before it, and then fails, also where it begins there", () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const { first, missing, partition } = yield* holed()
        const found = yield* Deferred.make<ReadonlyArray<unknown>>()
        yield* Effect.scoped(Effect.raceFirst(
          Deferred.await(found),
          log.consume((owned) =>
            owned.partition !== partition ? owned.revoked : Effect.gen(function*() {
              const results = [yield* taken(owned, first), yield* taken(owned, missing)]
              yield* Deferred.succeed(found, results)
              yield* owned.revoked
            }).pipe(Effect.orDie)
          )
        ))
        const failure = new LogDamaged({ partition, offset: Offset.make(missing), found: "nothing" })
        assert.deepStrictEqual(yield* Deferred.await(found), [
          { offsets: range(first, missing), failure },
          { offsets: [], failure }
        ])
      }), TEST_TIMEOUT)

    it.effect("a reader gets what is before it, and then fails, unless it reads the log as it is", () =>
      Effect.gen(function*() {
        const reader = yield* LogReader
        const { behind, first, missing, partition } = yield* holed()
        const read = Effect.fnUntraced(function*(how?: "as is") {
          const offsets: Array<number> = []
          const failure = yield* Stream.runForEach(
            reader.read(partition, first, behind + 1, how),
            (records) =>
              Effect.sync(() =>
                offsets.push(...records.map(({ offset }) =>
                  Number(offset)
                ))
              )
          ).pipe(Effect.as(undefined), Effect.catchTag("LogDamaged", Effect.succeed))
          return { offsets, failure }
        })
        const failure = new LogDamaged({ partition, offset: Offset.make(missing), found: "nothing" })
        assert.deepStrictEqual(yield* read(), { offsets: range(first, missing), failure })
        assert.deepStrictEqual(yield* reader.damage(partition, first), failure)
        const asIs = yield* read("as is")
        assert.isUndefined(asIs.failure)
        assert.deepStrictEqual(asIs.offsets.slice(0, missing - first), range(first, missing))
        assert.strictEqual(asIs.offsets.at(-1), behind)
        assert.notInclude(asIs.offsets, missing)
      }), TEST_TIMEOUT)
  })
