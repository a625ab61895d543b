/**
 * The fetched records of one partition that are not taken yet, one after the other without a gap.
 *
 * **Details**: fold or stop, never skip. Where an offset is not in the log, the library silently continues at the log's
 * start, and it passes over offsets without a record. docs/decisions/0030-a-log-with-holes.md
 */
import {
  type LogDamaged,
  type LogUnavailable,
  type PartitionBounds,
  PartitionLost
} from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as LogGaps from "../client/LogGaps.ts"
import * as FetchedRecords from "./FetchedRecords.ts"

export interface FetchBuffer extends Pick<FetchedRecords.FetchedRecords, "offer" | "lose" | "isLost"> {
  /** Drops the fetched records, and fetches from here on. */
  readonly seek: (offset: Offset) => Effect.Effect<void, PartitionLost>
  /**
   * One to `max` records; waits for one. Fails where one is missing at or after `wholeFrom`, so that none is skipped;
   * none where nothing is left before `wholeFrom`.
   */
  readonly take: (
    max: number,
    wholeFrom?: number
  ) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable | LogDamaged | PartitionLost>
}

/** A buffer that fetches nothing before the first `seek`. */
export const make = Effect.fnUntraced(function*(
  partition: PartitionId,
  fetching: FetchedRecords.Fetching,
  bounds: Effect.Effect<PartitionBounds, LogUnavailable>
): Effect.fn.Return<FetchBuffer> {
  const fetched = yield* FetchedRecords.make(partition, fetching)
  const { isLost, lose, offer } = fetched
  const lost = new PartitionLost({ partition })
  /** The offset to fetch from as soon as something is taken. */
  let sought: Offset | undefined
  /** The offset that comes next. */
  let next = 0
  /** An offset in place of which a later one came: that is fetched once more before it counts. */
  let doubted: number | undefined

  const begin = Effect.fnUntraced(function*(offset: Offset) {
    yield* LogGaps.checkInLog(partition, bounds, offset)
    yield* fetched.fetchFrom(offset)
    next = offset
    sought = undefined
  })

  /** Records as they come; none where none come, though the log goes on. */
  const some = (max: number) =>
    fetched.isEmpty()
      ? Effect.raceFirst(fetched.take(max), Effect.as(LogGaps.untilSilent(bounds, () => next), []))
      : fetched.take(max)

  const take = Effect.fnUntraced(function*(max: number, wholeFrom = 0) {
    if (isLost()) return yield* lost
    if (sought !== undefined) yield* begin(sought)
    while (true) {
      const records = yield* some(max)
      const isSilent = records.length === 0
      if (isSilent && next < wholeFrom) {
        next = wholeFrom
        return records
      }
      const followed = LogGaps.follow(records, next, wholeFrom)
      next = followed.next
      if (!isSilent && followed.count === records.length) return records
      yield* fetched.fetchFrom(next as Offset)
      if (followed.count > 0) return records.slice(0, followed.count)
      if (isSilent || doubted === next) return yield* LogGaps.missing(partition, bounds, next)
      doubted = next
    }
  })

  const seek = Effect.fnUntraced(function*(offset: Offset) {
    if (isLost()) return yield* lost
    yield* fetched.hold
    doubted = undefined
    sought = offset
  })

  return { offer, seek, take, lose, isLost }
})
