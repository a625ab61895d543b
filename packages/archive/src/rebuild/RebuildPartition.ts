/**
 * Brings what the archive has of one partition to what its log says, beside whoever fills the archive: both take in the
 * same events under the same ids.
 */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import { type ArchiveBatch, ArchiveWriter, type ToldEvent } from "@flash-sale/domain/ports/Archive"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as Chunks from "@flash-sale/domain/records/Chunks"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Result, Stream } from "effect"
import * as Deletion from "./Deletion.ts"
import * as Explained from "./Explained.ts"
import * as Patience from "./Patience.ts"
import * as RebuildFold from "./RebuildFold.ts"

export interface Options {
  readonly partition: PartitionId
  /** How many partitions the log has. */
  readonly partitions: number
  /** Whether the log's first offset counts as its beginning, though it was trimmed. */
  readonly fromStart: boolean
  /** Whether orders that were turned away are told one by one. */
  readonly isTurnedAwayTold: boolean
  /** Is called with the number of records that were read since the last call. */
  readonly onRead: (records: number) => void
}

export interface RebuiltPartition {
  readonly partition: PartitionId
  readonly start: number
  readonly end: number
  /** Events that the log tells. */
  readonly told: number
  /** Events that were archived and that the log does not explain; others may have taken their places. */
  readonly deleted: number
  /** Items that stand still, where and why. */
  readonly stopped: ReadonlyArray<string>
  /** The log was trimmed, and what the archive has of that part of the log was left alone. */
  readonly isLeftAlone: boolean
}

const takenIn = (event: ItemEvent): ArchiveBatch["events"][number] => {
  const text = CloudEvent.write(event)
  return { event: Result.getOrThrow(CloudEvent.read(text)), text }
}

/** Adds these in the place of what a record at or after `from` has told under their ids. Returns how much that is. */
const add = Effect.fnUntraced(function*(partition: PartitionId, events: ReadonlyArray<ItemEvent>, from: Offset) {
  const writer = yield* ArchiveWriter
  let replaced = 0
  for (const some of Chunks.of(events, Patience.BATCH_EVENTS, () => 1)) {
    replaced += yield* Patience.patiently(writer.add(partition, some.map(takenIn), from))
  }
  return replaced
})

/** The records of a range. Those that are missing where an operator accepted the log are passed over. */
const recordsOf = (partition: PartitionId) =>
  Effect.gen(function*() {
    const reader = yield* LogReader
    const marks = yield* RecoveryMarks
    const mark = yield* marks.read(partition)
    const accepted = yield* marks.accepted(partition)
    const wholeFrom = mark?.wholeFrom ?? accepted?.wholeFrom ?? 0
    return (from: number, until: number) =>
      Stream.concat(
        reader.read(partition, from, Math.min(until, wholeFrom), "as is"),
        reader.read(partition, Math.max(from, wholeFrom), until)
      )
  })

export const run = Effect.fnUntraced(function*(options: Options) {
  const { fromStart, isTurnedAwayTold, onRead, partition, partitions } = options
  const reader = yield* LogReader
  const writer = yield* ArchiveWriter
  const { end, start } = yield* reader.bounds(partition)
  const read = yield* recordsOf(partition)
  const fold = RebuildFold.make(partition, partitions)
  const explained = Explained.make(start)
  /** Of a log that was trimmed the fold does not know what came before: it explains less than is true. */
  const isKnown = start === 0 || fromStart
  // Counts that were true once are explained: those of the fold are no older, and the last ones count.
  const isExplained = (event: ToldEvent): boolean =>
    fold.isStopped(event.itemId, event.sequence) ||
    (event.type === "item.refused" ? fold.hasCounted(event.itemId, event.sequence) : explained.knows(event))
  let told = 0
  let deleted = 0
  let next: Offset = start

  const takeIn = Effect.fnUntraced(function*(records: ReadonlyArray<LogRecord>, until: Offset) {
    const rebuilt = fold.fold(records)
    const isFirst = explained.tell(rebuilt.map(({ event }) => event))
    if (isKnown) deleted += yield* Deletion.within(partition, { from: next, until }, isExplained)
    const kept = rebuilt.filter(({ isTurnedAway }, n) =>
      isFirst[n]! && (!isTurnedAway || (isTurnedAwayTold && isKnown))
    )
    deleted += yield* add(partition, kept.map(({ event }) => event), isKnown ? start : Deletion.NO_END)
    told += kept.length
    next = until
    onRead(records.length)
  })
  const rebuildOn = Effect.fnUntraced(function*(until: Offset) {
    explained.grow(until)
    yield* Stream.runForEach(read(next, until), (records) => takeIn(records, Offset.make(records.at(-1)!.offset + 1)))
    if (next < until) yield* takeIn([], until)
  })

  const isShorter = isKnown && (yield* Patience.patiently(writer.shorten(partition, end)))
  yield* rebuildOn(end)
  deleted += yield* Deletion.beyond(partition, end, rebuildOn)
  // Whoever fills the archive has passed over what was told under the id of an entry that was still there, and may have
  // read meanwhile how far a log that goes on is told.
  if (deleted > 0 || isShorter) yield* rebuildOn((yield* reader.bounds(partition)).end)
  // Last, as counts of records that are gone may be of a greater sequence.
  const counts = isKnown ? fold.counts().map((count) => RefusedEvents.of(partition, count)) : []
  yield* add(partition, counts, start)
  told += counts.length
  if (isKnown && fold.stopped().length === 0) yield* Patience.patiently(writer.rebuilt(partition, next))
  return {
    partition,
    start,
    end: next,
    told,
    deleted,
    stopped: fold.stopped(),
    isLeftAlone: !isKnown
  } satisfies RebuiltPartition
})
