/**
 * Whether records follow each other. Every offset of a partition is a record's: the engine's producers write no
 * transaction markers, so an offset without a record is a loss. docs/decisions/0030-a-log-with-holes.md
 */
import { LogDamaged, LogUnavailable, type PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Context, Duration, Effect, Option } from "effect"

/** How often it is looked whether a log that brings nothing ends there. Tests set a shorter time. */
export const LookEvery = Context.Reference<Duration.Duration>("@flash-sale/infra/kafka/LookEvery", {
  defaultValue: () => Duration.seconds(5)
})
/** So many looks in a row find an end beyond what came, before the records between count as lost. */
const LOOKS = 3

type Bounds = Effect.Effect<PartitionBounds, LogUnavailable>

/** How far records follow each other. */
export interface Followed {
  /** How many of the records do. */
  readonly count: number
  /** The offset that must come next. */
  readonly next: number
}

/** Before `wholeFrom` records may be missing. None of the records is before `next`. */
export const follow = (records: ReadonlyArray<LogRecord>, next: number, wholeFrom: number): Followed => {
  let at = next
  for (let count = 0; count < records.length; count++) {
    const { offset } = records[count]!
    if (offset !== at && offset > Math.max(at, wholeFrom)) return { count, next: Math.max(at, wholeFrom) }
    at = offset + 1
  }
  return { count: records.length, next: at }
}

/** Fails where this offset is not between the log's bounds: it was trimmed or cut, or is another log. */
export const checkInLog = Effect.fnUntraced(function*(partition: PartitionId, bounds: Bounds, offset: number) {
  const { end, start } = yield* bounds
  if (start <= offset && offset <= end) return
  return yield* new LogUnavailable({
    detail: `Kafka: offset ${offset} of partition ${partition} is not in the log, which holds ${start} to ${end}`
  })
})

/** The record at this offset did not come, though later ones did. */
export const missing = Effect.fnUntraced(function*(partition: PartitionId, bounds: Bounds, offset: number) {
  yield* checkInLog(partition, bounds, offset)
  return yield* new LogDamaged({ partition, offset: Offset.make(offset), found: "nothing" })
})

/**
 * Completes with the offset that does not come, where the log ends behind it and nothing comes for long, though the log
 * answers: the library says nothing of offsets without a record. `awaited` is undefined while something is there.
 */
export const untilSilent = Effect.fnUntraced(function*(bounds: Bounds, awaited: () => number | undefined) {
  const every = yield* LookEvery
  let before = awaited()
  for (let looks = 0;;) {
    yield* Effect.sleep(every)
    // A log that does not answer may be away: then nothing follows from what does not come.
    const end = Option.map(yield* Effect.option(bounds), (known) => known.end)
    const now = awaited()
    const isSilent = now !== undefined && now === before && Option.isSome(end) && end.value > now
    looks = isSilent ? looks + 1 : 0
    before = now
    if (isSilent && looks === LOOKS) return now
  }
})
