/**
 * How far the fold of a partition is behind its log: in records, and in the age of the oldest that is not folded yet.
 * Shown for as long as the partition is owned, also while its worker waits for a store that is away.
 */
import { LogUnavailable, type OwnedPartition, type PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Effect, Metric } from "effect"
import * as LogGrace from "./LogGrace.ts"

export interface Lag {
  /** A run begins; `next` says before which offset everything is folded, and never goes back. */
  readonly follow: (next: () => number) => void
  /** Records were taken, in the log's order. */
  readonly took: (records: ReadonlyArray<LogRecord>) => void
  /**
   * Looks at the end of the log, and brings the gauges up to date. Fails where the log has been silent for long, or
   * ends before what was taken from it: it is another one now, and new records that take the place of lost ones must
   * not be passed over.
   */
  readonly look: Effect.Effect<void, LogUnavailable | PartitionLost>
}

/** The first record of what was taken together: none of it is older. */
interface Taken {
  readonly offset: number
  /** When it was appended, by the clock of whoever appended it: milliseconds since 1970 (UTC). */
  readonly timestamp: number
  /** When it was taken, as `Monotonic.now` gives it. */
  readonly takenAt: number
}

export const make = Effect.fnUntraced(function*(owned: OwnedPartition): Effect.fn.Return<Lag> {
  const { partition } = owned
  const clock = yield* Clock.Clock
  const monotonic = yield* Monotonic.reader
  const grace = LogGrace.make()
  let next: (() => number) | undefined
  let taken: Array<Taken> = []
  let takenUpTo = 0
  /** Where the fold was seen last, and since when it has been there. */
  let seen = { at: -1, since: 0 }

  /**
   * The age of the oldest record that is not folded, in milliseconds: by its own time, but no less than it has been
   * here, as the clock that stamped it may be ahead of this one.
   */
  const age = (at: number): number => {
    while (taken.length > 1 && taken[1]!.offset <= at) taken.shift()
    const [first] = taken
    if (first === undefined || at >= takenUpTo) return monotonic() - seen.since
    return Math.max(clock.currentTimeMillisUnsafe() - first.timestamp, monotonic() - first.takenAt)
  }

  const look = Effect.gen(function*() {
    // More is taken while the question is under way, and the answer may not know of that yet.
    const reached = takenUpTo
    const bounds = yield* grace.answer(owned.bounds)
    if (bounds === undefined) return
    const { end, start } = bounds
    const at = next?.() ?? (yield* owned.committed) ?? start
    if (seen.at !== at) seen = { at, since: monotonic() }
    const records = Math.max(0, end - at)
    const seconds = records === 0 ? 0 : age(at) / 1000
    yield* Metric.update(EngineMetrics.partitionLag(partition), records)
    yield* Metric.update(EngineMetrics.partitionLagSeconds(partition), seconds)
    if (end < reached) {
      return yield* new LogUnavailable({ detail: `the log ends at ${end}, but was taken up to ${reached}` })
    }
  })

  return {
    follow: (following) => {
      next = following
      taken = []
      takenUpTo = 0
    },
    took: (records) => {
      const [first] = records
      if (first === undefined) return
      taken.push({ offset: first.offset, timestamp: first.timestamp, takenAt: monotonic() })
      takenUpTo = records.at(-1)!.offset + 1
    },
    look
  }
})
