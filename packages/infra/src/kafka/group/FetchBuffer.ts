/**
 * What was fetched of one partition and is not taken yet. A full intake pauses the fetching of its own partition, and
 * never holds up another.
 */
import { LogUnavailable, type PartitionBounds, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Cause, Effect, Queue } from "effect"

/** From this many records on fetching pauses. One more fetch may be on its way, so this is no hard bound. */
export const HIGH = 4_000
/** Below this many fetching resumes. */
export const LOW = 2_000

/** How an intake tells the consumer what to fetch. */
export interface Fetching {
  readonly seek: (partition: PartitionId, offset: Offset) => void
  readonly pause: (partition: PartitionId) => void
  readonly resume: (partition: PartitionId) => void
}

export interface FetchBuffer {
  /** Takes in what was fetched. */
  readonly offer: (records: ReadonlyArray<LogRecord>) => void
  /** Drops what was fetched, and fetches from here on. */
  readonly seek: (offset: Offset) => Effect.Effect<void, PartitionLost>
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable | PartitionLost>
  /** From now on every call fails with `PartitionLost`, also one that waits. */
  readonly lose: () => void
  readonly isLost: () => boolean
}

/** An intake that fetches nothing before the first `seek`. */
export const make = Effect.fnUntraced(function*(
  partition: PartitionId,
  fetching: Fetching,
  bounds: Effect.Effect<PartitionBounds, LogUnavailable>
): Effect.fn.Return<FetchBuffer> {
  const queue = yield* Queue.unbounded<LogRecord, PartitionLost | LogUnavailable>()
  const lost = new PartitionLost({ partition })
  let isLost = false
  let isPaused = true
  /** Where to fetch from as soon as something is taken. */
  let sought: Offset | undefined
  /** The next offset to come, and the one that should have come where another did. */
  let expected = 0
  let missing: number | undefined
  /** Where a record came that is before the expected one. */
  let wentBackFrom: number | undefined

  const resume = () => {
    if (!isPaused || isLost) return
    isPaused = false
    fetching.resume(partition)
  }

  const offer = (records: ReadonlyArray<LogRecord>) => {
    const first = records[0]
    const last = records[records.length - 1]
    // What arrives between a seek and the take after it was fetched before the seek.
    if (isLost || sought !== undefined || first === undefined || last === undefined) return
    if (first.offset > expected) missing ??= expected
    if (first.offset < expected) wentBackFrom ??= expected
    expected = last.offset + 1
    Queue.offerAllUnsafe(queue, records)
    if (isPaused || Queue.sizeUnsafe(queue) < HIGH) return
    isPaused = true
    fetching.pause(partition)
  }

  /**
   * Fold or stop, never skip: where an offset is not in the log, the library jumps to the log's start and says nothing;
   * a log that was cut may have grown beyond that offset again by the time that anybody asks. Offsets may have gaps by themselves, so the log's bounds decide whether records are gone.
   */
  const check = Effect.fnUntraced(function*(from: number) {
    const { end, start } = yield* bounds
    if (start <= from && from <= end) return
    return yield* new LogUnavailable({
      detail: `Kafka: offset ${from} of partition ${partition} is not in the log, which holds ${start} to ${end}`
    })
  })

  const take = Effect.fnUntraced(function*(max: number) {
    if (isLost) return yield* lost
    if (sought !== undefined) {
      yield* check(sought)
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
    if (missing !== undefined) yield* check(missing)
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
