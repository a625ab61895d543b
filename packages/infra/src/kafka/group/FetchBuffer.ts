/**
 * The fetched records of one partition that are not taken yet. A full buffer pauses the fetching of its own partition,
 * and never holds up another.
 */
import { LogUnavailable, type PartitionBounds, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Cause, Effect, Queue } from "effect"

/** From this many records on fetching pauses. One more fetch may be on its way, so this is no hard bound. */
export const HIGH = 4_000
/** Below this many fetching resumes. */
export const LOW = 2_000

/**
 * Fold or stop, never skip: where an offset is not in the log, the library silently continues at the log's start.
 *
 * **Details**: a truncated log may have grown beyond that offset again by the time of this check. Offsets may have gaps
 * by themselves, so the log's bounds decide whether records are gone.
 */
const checkInLog = Effect.fnUntraced(function*(
  partition: PartitionId,
  bounds: Effect.Effect<PartitionBounds, LogUnavailable>,
  from: number
) {
  const { end, start } = yield* bounds
  if (start <= from && from <= end) return
  return yield* new LogUnavailable({
    detail: `Kafka: offset ${from} of partition ${partition} is not in the log, which holds ${start} to ${end}`
  })
})

/** What the buffer asks of the consumer. */
export interface Fetching {
  readonly seek: (partition: PartitionId, offset: Offset) => void
  readonly pause: (partition: PartitionId) => void
  readonly resume: (partition: PartitionId) => void
}

export interface FetchBuffer {
  /** Adds fetched records. Those that were fetched before a `seek` are dropped. */
  readonly offer: (records: ReadonlyArray<LogRecord>) => void
  /** Drops the fetched records, and fetches from here on. */
  readonly seek: (offset: Offset) => Effect.Effect<void, PartitionLost>
  /** One to `max` records; waits for one. Fails where records are missing, so that none is skipped. */
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable | PartitionLost>
  /** From now on every call fails with `PartitionLost`, also one that waits. */
  readonly lose: () => void
  readonly isLost: () => boolean
}

/** A buffer that fetches nothing before the first `seek`. */
export const make = Effect.fnUntraced(function*(
  partition: PartitionId,
  fetching: Fetching,
  bounds: Effect.Effect<PartitionBounds, LogUnavailable>
): Effect.fn.Return<FetchBuffer> {
  const queue = yield* Queue.unbounded<LogRecord, PartitionLost | LogUnavailable>()
  const lost = new PartitionLost({ partition })
  let isLost = false
  let isPaused = true
  /** The offset to fetch from as soon as something is taken. */
  let sought: Offset | undefined
  /** The next offset expected, and the first expected one in place of which a later one came. */
  let expected = 0
  let missing: number | undefined
  /** The offset that was expected when an earlier one came. */
  let wentBackFrom: number | undefined

  const resume = () => {
    if (!isPaused || isLost) return
    isPaused = false
    fetching.resume(partition)
  }

  const offer = (records: ReadonlyArray<LogRecord>) => {
    const first = records[0]
    const last = records[records.length - 1]
    // Records that arrive between a seek and the next take were fetched before the seek.
    if (isLost || sought !== undefined || first === undefined || last === undefined) return
    if (first.offset > expected) missing ??= expected
    if (first.offset < expected) wentBackFrom ??= expected
    expected = last.offset + 1
    Queue.offerAllUnsafe(queue, records)
    if (isPaused || Queue.sizeUnsafe(queue) < HIGH) return
    isPaused = true
    fetching.pause(partition)
  }

  const take = Effect.fnUntraced(function*(max: number) {
    if (isLost) return yield* lost
    if (sought !== undefined) {
      yield* checkInLog(partition, bounds, sought)
      expected = sought
      fetching.seek(partition, sought)
      sought = undefined
    }
    if (Queue.sizeUnsafe(queue) < LOW) resume()
    const records = yield* Queue.takeBetween(queue, 1, max)
    if (wentBackFrom !== undefined) {
      return yield* new LogUnavailable({
        detail: `Kafka: partition ${partition} went back from ${wentBackFrom}: its log is not the one that it was`
      })
    }
    if (missing !== undefined) yield* checkInLog(partition, bounds, missing)
    missing = undefined
    return records
  })

  const seek = Effect.fnUntraced(function*(offset: Offset) {
    if (isLost) return yield* lost
    if (!isPaused) fetching.pause(partition)
    isPaused = true
    yield* Effect.ignore(Queue.clear(queue))
    missing = undefined
    wentBackFrom = undefined
    sought = offset
  })

  return {
    offer,
    seek,
    take,
    lose: () => {
      isLost = true
      Queue.failCauseUnsafe(queue, Cause.fail(lost))
    },
    isLost: () => isLost
  }
})
