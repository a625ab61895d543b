/** Where reading of a source begins: at the archive's own position, as far as the source still has it. */
import type { ArchiveSource } from "@flash-sale/domain/ports/Archive"
import type { PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Effect } from "effect"

/** The offset that is read first, and whether it is of another source than what was read before. */
export interface Beginning {
  readonly next: number
  readonly isAnew: boolean
}

/** Says where what was not read is gone. A source that was made anew is read from its start: repetitions do nothing. */
export const at = Effect.fnUntraced(function*(
  source: ArchiveSource,
  partition: PartitionId,
  position: number | undefined,
  { end, start }: PartitionBounds
): Effect.fn.Return<Beginning> {
  if (position === undefined) return { next: start, isAnew: false }
  if (position >= start && position <= end) return { next: position, isAnew: false }
  const isAnew = position > end
  yield* isAnew
    ? Log.warn(
      `${source} ends at ${end} in partition ${partition}, and was read up to ${position}: it is another one now, ` +
        "and is read from its start",
      { event: "archive_source_replaced", partition }
    )
    : Log.error(
      `${source} begins at ${start} in partition ${partition}, and was read up to ${position}: what was between is ` +
        "gone; flash-sale archive rebuild tells events again from the log",
      { event: "archive_events_missing", partition, offset: position }
    )
  return { next: start, isAnew }
})
