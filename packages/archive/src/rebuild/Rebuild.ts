/** Brings the archive to what the log says, one partition after the other. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { patiently } from "./Patience.ts"
import * as RebuildPartition from "./RebuildPartition.ts"

export interface Options extends Omit<RebuildPartition.Options, "partition" | "partitions"> {
  readonly partitions: ReadonlyArray<PartitionId>
  /** How many partitions the log has. */
  readonly count: number
}

/** What it has done to each partition. */
export const run = ({ count, partitions, ...options }: Options) =>
  Effect.forEach(partitions, (partition) => RebuildPartition.run({ ...options, partition, partitions: count }))

/**
 * The partitions of which the archive has not read all that was told. What it reads later may be of a log that is gone,
 * so that a rebuild asks before it begins.
 */
export const behind = Effect.fnUntraced(function*(partitions: ReadonlyArray<PartitionId>) {
  const events = yield* OrderEvents
  const writer = yield* ArchiveWriter
  return yield* Effect.filter(partitions, (partition) =>
    Effect.gen(function*() {
      // First the position: where both are of one source it is no further than the end.
      const position = yield* patiently(writer.position("order-events", partition))
      const { end, start } = yield* events.bounds(partition)
      return (position?.next ?? start) !== end
    }))
})
