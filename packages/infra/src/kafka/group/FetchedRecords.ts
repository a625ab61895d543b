/**
 * The records of one partition as the library fetches them. A full buffer pauses the fetching of its own partition, and
 * never holds up another.
 */
import { LogUnavailable, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Cause, Effect, Queue } from "effect"

/** From this many records on fetching pauses. One more fetch may be on its way, so this is no hard bound. */
export const HIGH = 4_000
/** Below this many fetching resumes. */
export const LOW = 2_000

/** What the buffer asks of the consumer. */
export interface Fetching {
  readonly seek: (partition: PartitionId, offset: Offset) => void
  readonly pause: (partition: PartitionId) => void
  readonly resume: (partition: PartitionId) => void
}

export interface FetchedRecords {
  /** Adds fetched records. Those that were fetched before a `hold` are dropped. */
  readonly offer: (records: ReadonlyArray<LogRecord>) => void
  /** Drops the fetched records, and fetches none before `fetchFrom`. */
  readonly hold: Effect.Effect<void>
  /** Drops the fetched records, and fetches from here on. */
  readonly fetchFrom: (offset: Offset) => Effect.Effect<void>
  /** One to `max` records as they came; waits for one. Fails where an earlier one came than the one before. */
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<LogRecord>, LogUnavailable | PartitionLost>
  /** Whether a `take` would have to wait. */
  readonly isEmpty: () => boolean
  /** From now on every call fails with `PartitionLost`, also one that waits. */
  readonly lose: () => void
  readonly isLost: () => boolean
}

/** Fetches nothing before the first `fetchFrom`. */
export const make = Effect.fnUntraced(function*(
  partition: PartitionId,
  fetching: Fetching
): Effect.fn.Return<FetchedRecords> {
  const queue = yield* Queue.unbounded<LogRecord, PartitionLost>()
  let isLost = false
  let isPaused = true
  let isHeld = true
  /** The next offset expected, and the one that was expected when an earlier one came. */
  let expected = 0
  let wentBackFrom: number | undefined

  const resume = () => {
    if (!isPaused || isLost) return
    isPaused = false
    fetching.resume(partition)
  }

  const pause = () => {
    if (isPaused) return
    isPaused = true
    fetching.pause(partition)
  }

  const drop = Effect.ignore(Queue.clear(queue))

  return {
    offer: (records) => {
      const first = records[0]
      const last = records[records.length - 1]
      if (isLost || isHeld || first === undefined || last === undefined) return
      if (first.offset < expected) wentBackFrom ??= expected
      expected = last.offset + 1
      Queue.offerAllUnsafe(queue, records)
      if (Queue.sizeUnsafe(queue) >= HIGH) pause()
    },
    hold: Effect.suspend(() => {
      pause()
      isHeld = true
      wentBackFrom = undefined
      return drop
    }),
    fetchFrom: (offset) =>
      Effect.andThen(
        drop,
        Effect.sync(() => {
          isHeld = false
          expected = offset
          fetching.seek(partition, offset)
        })
      ),
    take: Effect.fnUntraced(function*(max) {
      if (Queue.sizeUnsafe(queue) < LOW) resume()
      const records = yield* Queue.takeBetween(queue, 1, max)
      if (wentBackFrom === undefined) return records
      return yield* new LogUnavailable({
        detail: `Kafka: partition ${partition} went back from ${wentBackFrom}: its log is not the one that it was`
      })
    }),
    isEmpty: () => Queue.sizeUnsafe(queue) === 0,
    lose: () => {
      isLost = true
      Queue.failCauseUnsafe(queue, Cause.fail(new PartitionLost({ partition })))
    },
    isLost: () => isLost
  }
})
