/** Deletes from the archive what the log does not explain. */
import { ArchiveWriter, type ToldEvent } from "@flash-sale/domain/ports/Archive"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { BATCH_EVENTS, patiently } from "./Patience.ts"

/** Behind every offset. */
export const NO_END = Offset.make(Number.MAX_SAFE_INTEGER)

type IsExplained = (told: ToldEvent) => boolean

/** Deletes from a range what is not explained. Returns how much. */
export const within = Effect.fnUntraced(function*(
  partition: PartitionId,
  range: { readonly from: Offset; readonly until: Offset },
  isExplained: IsExplained
) {
  const writer = yield* ArchiveWriter
  let total = 0
  while (true) {
    const deleted = yield* patiently(writer.deleteUnexplained(partition, range, isExplained, BATCH_EVENTS))
    total += deleted
    if (deleted < BATCH_EVENTS) return total
  }
})

/** What two records tell under one id is two entries. */
const nameOf = ({ id, itemId, requestId, sequence, time }: ToldEvent): string =>
  [id, itemId, requestId ?? "", sequence, time].join("\n")

/**
 * Deletes what was told behind the end of the log: of a log that was longer. First it is listed, then it is asked where
 * the log ends: an event that is told meanwhile is of a record that is in the log by then.
 */
export const beyond = Effect.fnUntraced(function*<E, R>(
  partition: PartitionId,
  end: Offset,
  rebuildOn: (until: Offset) => Effect.Effect<void, E, R>
) {
  const writer = yield* ArchiveWriter
  const { bounds } = yield* LogReader
  const suspects = new Set<string>()
  const note = (told: ToldEvent): boolean => {
    suspects.add(nameOf(told))
    return true
  }
  yield* patiently(writer.deleteUnexplained(partition, { from: end, until: NO_END }, note, BATCH_EVENTS))
  if (suspects.size === 0) return 0
  const now = yield* bounds(partition)
  yield* rebuildOn(now.end)
  return yield* within(partition, { from: now.end, until: NO_END }, (told) => !suspects.has(nameOf(told)))
})
