/** Folds dead letters and their handlings into the archive. They are few: whoever owns one partition reads all. */
import { type ArchiveBatch, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { type LetterBatch, type LetterPartition, LetterReader } from "@flash-sale/domain/ports/LetterReader"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Offset } from "@flash-sale/domain/records/Partition"
import { repeated } from "@flash-sale/infra/observability/Background"
import { Duration, Effect, Stream } from "effect"
import { ArchiveState } from "./ArchiveState.ts"
import * as Start from "./Start.ts"

/** How often it is looked whether there are more. Letters that are away are asked for again then. */
export const LOOK_EVERY = Duration.seconds(1)

const batchOf = (partition: PartitionId, { entries, next }: LetterBatch, isAnew: boolean): ArchiveBatch => ({
  source: "orders-dlq",
  partition,
  events: [],
  letters: entries.flatMap((entry) => entry._tag === "Letter" ? [entry.letter] : []),
  handlings: entries.flatMap((entry) => entry._tag === "Handled" ? [entry.handling] : []),
  next,
  told: undefined,
  isAnew
})

/** Reads for as long as it runs. */
export const fold: Effect.Effect<never, never, ArchiveWriter | ArchiveState | LetterReader> = Effect.gen(function*() {
  const reader = yield* LetterReader
  const writer = yield* ArchiveWriter
  const state = yield* ArchiveState
  /** What is read next of each partition. */
  const beginnings = new Map<PartitionId, Start.Beginning>()

  /** Begins as well where letters are gone, or the topic is another one than what was read. */
  const begin = Effect.fnUntraced(function*({ partition, ...bounds }: LetterPartition) {
    const known = beginnings.get(partition)
    if (known !== undefined && known.next >= bounds.start && known.next <= bounds.end) return known
    const position = known ?? (yield* state.persist(writer.position("orders-dlq", partition)))
    const { isAnew, next } = yield* Start.at("orders-dlq", partition, position?.next, bounds)
    const beginning = { next, isAnew: isAnew || known?.isAnew === true }
    beginnings.set(partition, beginning)
    return beginning
  })
  const lookAt = Effect.fnUntraced(function*(found: LetterPartition) {
    const { end, partition } = found
    const { next } = yield* begin(found)
    if (next >= end) return
    yield* Stream.runForEach(reader.read(partition, Offset.make(next), end), (batch) =>
      Effect.gen(function*() {
        const isAnew = beginnings.get(partition)?.isAnew === true
        yield* state.persist(writer.record(batchOf(partition, batch, isAnew)))
        beginnings.set(partition, { next: batch.next, isAnew: false })
      }))
  })
  const lookAtAll = Effect.flatMap(reader.partitions, (found) => Effect.forEach(found, lookAt, { discard: true }))
  return yield* Effect.andThen(repeated("archiving dead letters", LOOK_EVERY)(lookAtAll), Effect.never)
})
