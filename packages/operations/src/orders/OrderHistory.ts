/**
 * The records of one order, out of the log, in order, with what the fold made of each. The item is folded from the
 * log's beginning, in memory, as only the fold knows what a record has done.
 */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { LogDamaged, LogRefused, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { type Duration, Effect, Stream } from "effect"
import * as HistoryEntry from "./HistoryEntry.ts"

/** The most records of a partition that one look reads. */
export const MAX_RECORDS = 20_000_000
/** How long one look may take. */
export const WITHIN: Duration.Input = "2 minutes"

/** How far one look came: records from `from` on and before `until`, of a partition that began and ended there. */
export interface Looked {
  readonly partition: PartitionId
  readonly from: number
  readonly until: number
  readonly end: number
  /** Whether the log begins with its first record: what was before is not known. */
  readonly isFromStart: boolean
  /** Why the item's records are not folded further; undefined where they are. */
  readonly stopped: string | undefined
}

export interface History {
  readonly entries: ReadonlyArray<HistoryEntry.HistoryEntry>
  readonly looked: Looked
}

export interface Options {
  readonly maxRecords?: number
  readonly within?: Duration.Input
}

/**
 * The history as far as `until`, the end of the partition as it was at first. Reads at most `maxRecords`, for `within`
 * at the most: `looked` says how far it came.
 */
export const read = Effect.fn("OrderHistory.read")(function*(
  requestId: RequestId,
  itemId: ItemId,
  { maxRecords = MAX_RECORDS, within = WITHIN }: Options = {}
): Effect.fn.Return<History, LogUnavailable | LogRefused | LogDamaged, LogReader> {
  const reader = yield* LogReader
  const partition = home(itemId, yield* reader.partitions)
  const { end, start } = yield* reader.bounds(partition)
  const entries: Array<HistoryEntry.HistoryEntry> = []
  let state = Fold.nothing
  let stopped: string | undefined
  let until: number = start
  const take = (record: LogRecord.LogRecord): void => {
    until = record.offset + 1
    if (record.key !== itemId || stopped !== undefined) return
    const command = LogRecord.decode(itemId, record)
    const folded = Fold.fold(state, {
      expected: undefined,
      commands: [{ offset: record.offset, command }],
      published: []
    })
    if (folded._tag !== "Folded") {
      stopped = folded._tag === "Stopped" ? folded.detail : `the log is behind offset ${folded.position}`
      return
    }
    state = folded.state
    for (const outcome of folded.outcomes[0]?.orders ?? []) {
      if (outcome.requestId === requestId) entries.push(HistoryEntry.of(record, command, requestId, outcome))
    }
  }
  yield* reader.read(partition, start, Math.min(end, start + maxRecords)).pipe(
    Stream.runForEach((records) => Effect.sync(() => records.forEach(take))),
    Effect.timeoutOption(within)
  )
  return { entries, looked: { partition, from: start, until, end, isFromStart: start === 0, stopped } }
})
