/** What every reader of the log does. The layer provides the log as well, to have something to read. */
import { assert, layer } from "@effect/vitest"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer, Stream } from "effect"
import { randomUUID } from "node:crypto"

const TEST_TIMEOUT = 30_000
/** More than one page or fetch. */
const MANY = 2_500

export const suite = <E>(name: string, adapter: Layer.Layer<LogReader | OrderLog, E>): void =>
  layer(adapter, { excludeTestServices: true, timeout: TEST_TIMEOUT })(`LogReader (${name})`, (it) => {
    const append = Effect.fnUntraced(function*(count: number) {
      const log = yield* OrderLog
      const itemId = ItemId.make(`reader-${randomUUID()}`)
      const partition = home(itemId, yield* log.partitions)
      const positions = yield* Effect.forEach(
        Array.from({ length: count }, (_, n) => n),
        (n) => log.append({ itemId, value: JSON.stringify({ n, text: "naïve ✓" }), headers: { type: "place" } }),
        { concurrency: "unbounded" }
      )
      return { itemId, partition, offsets: positions.map(({ offset }) => offset).toSorted((a, b) => a - b) }
    })
    const offsets = Effect.fnUntraced(function*(partition: ReturnType<typeof home>, from: number, until: number) {
      const batches = yield* Stream.runCollect((yield* LogReader).read(partition, from, until))
      assert.isTrue(batches.every((batch) => batch.length > 0))
      return batches.flatMap((batch) => batch.map(({ offset }) => offset))
    })

    it.effect("a reader finds the partitions, their bounds, and no committed offset", () =>
      Effect.gen(function*() {
        const reader = yield* LogReader
        const count = yield* (yield* OrderLog).partitions
        assert.strictEqual(yield* reader.partitions, count)
        const { offsets, partition } = yield* append(3)
        const { end, start } = yield* reader.bounds(partition)
        assert.strictEqual(end, offsets.at(-1)! + 1)
        assert.isAtMost(start, offsets[0]!)
        assert.isUndefined(yield* reader.committed(partition))
      }), TEST_TIMEOUT)

    it.effect("a reader reads the range that is asked for, once, in order, and ends", () =>
      Effect.gen(function*() {
        const appended = yield* append(MANY)
        const [first, last] = [appended.offsets[0]!, appended.offsets.at(-1)!]
        assert.deepStrictEqual(yield* offsets(appended.partition, first, last + 1), appended.offsets)
        assert.deepStrictEqual(
          yield* offsets(appended.partition, first + 5, last - 5),
          appended.offsets.slice(5, -6)
        )
        assert.deepStrictEqual(yield* offsets(appended.partition, first, first + 1), [first])
        assert.deepStrictEqual(yield* offsets(appended.partition, first, first), [])
        assert.deepStrictEqual(yield* offsets(appended.partition, last, last + 1), [last])
      }), TEST_TIMEOUT)

    it.effect(
      "a reading that is left early gives way to the next one, also of another partition",
      () =>
        Effect.gen(function*() {
          const reader = yield* LogReader
          for (let n = 0; n < 4; n++) {
            const { itemId, offsets, partition } = yield* append(20)
            const [batch] = yield* Stream.runCollect(
              Stream.take(reader.read(partition, offsets[0]!, offsets.at(-1)! + 1), 1)
            )
            assert.deepInclude(batch?.[0], { partition, offset: offsets[0]!, key: itemId })
          }
        }),
      TEST_TIMEOUT
    )
  })
