/** The fold of letters into the archive: where it begins, and what it notices of a topic that is made anew. */
import { assert, describe, it } from "@effect/vitest"
import * as ArchiveState from "@flash-sale/archive/intake/ArchiveState"
import * as Letters from "@flash-sale/archive/intake/Letters"
import { type LetterBatch, LetterReader } from "@flash-sale/domain/ports/LetterReader"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Logger, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as TestWriter from "../TestWriter.ts"

const partition = PartitionId.make(0)

/** A topic of one partition. `reads` are the ranges that were read. */
const topic = () => {
  const it = { start: 0, end: 0, reads: [] as Array<string> }
  const layer = Layer.succeed(LetterReader, {
    partitions: Effect.sync(() => [{ partition, start: Offset.make(it.start), end: Offset.make(it.end) }]),
    read: (_, from, until) =>
      Stream.suspend(() => {
        it.reads.push(`${from}-${until}`)
        const batches: ReadonlyArray<LetterBatch> = [{ entries: [], next: until }]
        return Stream.fromIterable(batches)
      })
  })
  return { it, layer }
}

/** Folds for as long as the story goes. Returns the lines that were logged. */
const foldFor = Effect.fnUntraced(function*(
  { layer }: ReturnType<typeof topic>,
  writer: TestWriter.TestWriter,
  story: Effect.Effect<void>
) {
  const lines: Array<string> = []
  const logger = Logger.make(({ fiber, message }) => {
    lines.push(`${fiber.getRef(References.CurrentLogAnnotations)["event"]}: ${String(message)}`)
  })
  yield* Effect.raceFirst(Letters.fold, story).pipe(
    Effect.provide([ArchiveState.layer, writer.layer, layer, Logger.layer([logger])])
  )
  return lines
})

const later = TestClock.adjust("3 seconds")
const nextOf = ({ positions }: TestWriter.TestWriter) => positions.get("orders-dlq/0")?.next

describe("the fold of letters", () => {
  it.effect("goes on after a bug, which is said", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const letters = topic()
      letters.it.end = 3
      writer.seen.bugs = 1
      const lines = yield* foldFor(letters, writer, later)
      assert.strictEqual(nextOf(writer), 3)
      assert.deepStrictEqual(lines, ["internal_error: A background task failed by a bug: archiving dead letters"])
    }))

  it.effect("notices a topic that is made anew while it is read, once, and reads it from its start", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const letters = topic()
      const lines = yield* foldFor(
        letters,
        writer,
        Effect.gen(function*() {
          letters.it.end = 8
          yield* later
          letters.it.end = 0
          yield* later
          yield* later
          letters.it.end = 5
          yield* later
          letters.it.end = 12
          yield* later
        })
      )
      assert.deepStrictEqual(letters.it.reads, ["0-8", "0-5", "5-12"])
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "archive_source_replaced: orders-dlq ends at 0 in partition 0, and was read up to 8")
    }))

  it.effect("goes on where it was in the topic that was made anew, also once that is longer than the former one", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const letters = topic()
      const readUpTo = (end: number) =>
        foldFor(
          letters,
          writer,
          Effect.suspend(() => {
            letters.it.end = end
            return later
          })
        )
      yield* readUpTo(8)
      yield* readUpTo(5)
      assert.strictEqual(nextOf(writer), 5)
      yield* readUpTo(12)
      assert.deepStrictEqual(letters.it.reads, ["0-8", "0-5", "5-12"])
    }))

  it.effect("says that letters are gone which it has not read, also while it is at work", () =>
    Effect.gen(function*() {
      const writer = TestWriter.make()
      const letters = topic()
      const lines = yield* foldFor(
        letters,
        writer,
        Effect.gen(function*() {
          letters.it.end = 4
          yield* later
          Object.assign(letters.it, { start: 6, end: 9 })
          yield* later
        })
      )
      assert.deepStrictEqual(letters.it.reads, ["0-4", "6-9"])
      assert.include(lines[0], "archive_events_missing: orders-dlq begins at 6 in partition 0, and was read up to 4")
      assert.strictEqual(nextOf(writer), 9)
    }))
})
