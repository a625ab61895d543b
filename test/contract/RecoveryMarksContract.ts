/**
 * What every `RecoveryMarks` does. What folds and looks do under a mark is in `ItemStoreContract`, and a log that was
 * accepted in `StoredItemsContract`.
 */
import { expect, layer } from "@effect/vitest"
import { MarkMoved, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Effect, type Layer } from "effect"
import { freshItem, marked } from "./Commands.ts"

export const suite = <E>(name: string, marks: Layer.Layer<RecoveryMarks, E>): void =>
  layer(marks, { excludeTestServices: true })(`The mark of a partition (RecoveryMarks, ${name})`, (it) => {
    it.effect("a mark is written once, by a recovery that was begun", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const { partition } = freshItem()
        const moved = new MarkMoved({ partition })
        expect(yield* marks.read(partition)).toBeUndefined()
        expect(yield* Effect.flip(marks.complete(partition, { epoch: "one", checkpoint: 3 }))).toEqual(moved)
        yield* marked(partition, 3)
        yield* marks.complete(partition, { epoch: "one", checkpoint: 9 })
        expect(yield* Effect.flip(marks.complete(partition, { epoch: "two", checkpoint: 9 }))).toEqual(moved)
        expect(yield* marks.read(partition)).toEqual({ epoch: "one", checkpoint: 3 })
      }))

    it.effect("a checkpoint moves forwards only, and under the same epoch only", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const { partition } = freshItem()
        const refused = yield* Effect.flip(marks.checkpoint(partition, { epoch: "one", checkpoint: 3 }))
        expect(refused).toEqual(new MarkMoved({ partition }))
        yield* marked(partition, 3)
        yield* marks.checkpoint(partition, { epoch: "one", checkpoint: 8 })
        yield* marks.checkpoint(partition, { epoch: "one", checkpoint: 5 })
        expect(yield* Effect.flip(marks.checkpoint(partition, { epoch: "two", checkpoint: 9 }))).toEqual(
          new MarkMoved({ partition })
        )
        expect(yield* marks.read(partition)).toEqual({ epoch: "one", checkpoint: 8 })
      }))

    it.effect("a mark keeps the last record seen, which moves forwards by itself", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const { partition } = freshItem()
        const seenAt = (checkpoint: number, offset: number) => ({
          epoch: "one",
          checkpoint,
          seen: { offset, digest: `digest-${offset}` }
        })
        yield* marks.begin(partition, "one")
        yield* marks.complete(partition, seenAt(3, 5))
        expect(yield* marks.read(partition)).toEqual(seenAt(3, 5))
        yield* marks.checkpoint(partition, seenAt(4, 2))
        expect(yield* marks.read(partition)).toEqual(seenAt(4, 5))
        yield* marks.checkpoint(partition, seenAt(1, 10))
        expect(yield* marks.read(partition)).toEqual(seenAt(4, 10))
        yield* marks.checkpoint(partition, { epoch: "one", checkpoint: 11 })
        expect(yield* marks.read(partition)).toEqual(seenAt(11, 10))
        expect(yield* Effect.flip(marks.checkpoint(partition, { ...seenAt(12, 12), epoch: "two" }))).toEqual(
          new MarkMoved({ partition })
        )
        expect(yield* marks.read(partition)).toEqual(seenAt(11, 10))
      }))

    it.effect("a mark of an older release has no record seen, and gets one", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const { partition } = freshItem()
        yield* marked(partition, 3)
        expect(yield* marks.read(partition)).toEqual({ epoch: "one", checkpoint: 3 })
        const seen = { offset: 0, digest: "d" }
        yield* marks.checkpoint(partition, { epoch: "one", checkpoint: 3, seen })
        expect(yield* marks.read(partition)).toEqual({ epoch: "one", checkpoint: 3, seen })
      }))

    it.effect("is not complete while its recovery is under way, which a second one joins", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const { partition } = freshItem()
        const moved = new MarkMoved({ partition })
        const mark = { epoch: "one", checkpoint: 3 }
        expect(yield* marks.begin(partition, "one")).toBe("one")
        expect(yield* marks.begin(partition, "two")).toBe("one")
        expect(yield* marks.read(partition)).toBeUndefined()
        expect(yield* Effect.flip(marks.checkpoint(partition, mark))).toEqual(moved)
        expect(yield* Effect.flip(marks.complete(partition, { ...mark, epoch: "two" }))).toEqual(moved)
        yield* marks.complete(partition, mark)
        expect(yield* marks.read(partition)).toEqual(mark)
        expect(yield* marks.begin(partition, "two")).toBe("one")
      }))

    it.effect("is of one partition, and in the session that there is", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const [{ partition }, other] = [freshItem(), freshItem()]
        const session = yield* marks.session
        yield* marks.begin(partition, "one", session)
        yield* marks.complete(partition, { epoch: "one", checkpoint: 3 }, session)
        yield* marks.checkpoint(partition, { epoch: "one", checkpoint: 4 }, session)
        expect(yield* marks.session).toBe(session)
        expect(yield* marks.read(partition)).toEqual({ epoch: "one", checkpoint: 4 })
        expect(yield* marks.read(other.partition)).toBeUndefined()
        expect(yield* marks.accepted(partition)).toBeUndefined()
      }))
  })
