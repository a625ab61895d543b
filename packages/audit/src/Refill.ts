/** Folding the whole log into a store that holds nothing of it, and writing the marks that say so. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { retention } from "@flash-sale/domain/ports/OrderStatuses"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { Clock, Effect, Stream } from "effect"
import * as CommandBatches from "./CommandBatches.ts"
import * as PartitionRefill from "./PartitionRefill.ts"
import type { SurveyedPartition } from "./Survey.ts"

/** What may be gathered ahead of what is folded: it is read and taken apart while the store folds. */
const GATHERED_AHEAD = 1

export interface Options extends Omit<PartitionRefill.Options, "surveyed"> {
  readonly log: ReadonlyArray<SurveyedPartition>
  /** Is called with the number of records that were folded since the last call. */
  readonly onFolded: (records: number) => void
}

/**
 * Folds each partition up to its surveyed end. Publishes nothing and charges no order. Returns what stopped items, in
 * words. Fails with `StoreTaken` where another process folds into the same store.
 *
 * **Details**: the checkpoint is set back by as long as the statuses of orders are kept: a processor that finds this
 * store looks the records from there on up once more, and writes the statuses that buyers may still ask for.
 */
export const run = Effect.fnUntraced(function*({ log, onFolded, ...options }: Options) {
  const reader = yield* LogReader
  const keptSince = (yield* Clock.currentTimeMillis) - (yield* retention).endedMillis
  const stopped: Array<string> = []
  const gathered = (surveyed: SurveyedPartition) =>
    Stream.unwrap(Effect.map(PartitionRefill.make({ ...options, surveyed }), (refill) => {
      const { end, partition, start } = surveyed
      const reading = Stream.tap(
        reader.read(partition, start, end),
        (records) => Effect.sync(() => refill.note(records, keptSince))
      )
      const isHome = (itemId: ItemId) => refill.knows(itemId) || home(itemId, log.length) === partition
      return Stream.map(CommandBatches.of(reading, isHome), (batch) => [refill, batch] as const)
    }))
  yield* Stream.fromIterable(log).pipe(
    Stream.flatMap(gathered),
    Stream.buffer({ capacity: GATHERED_AHEAD }),
    Stream.runForEach(([refill, { commands, isLast, records }]) =>
      Effect.gen(function*() {
        stopped.push(...yield* refill.fold(commands))
        onFolded(records)
        if (isLast) yield* refill.finish
      })
    )
  )
  return stopped
})
