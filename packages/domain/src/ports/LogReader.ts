/**
 * Reading the log outside of the consumer group: for operators' commands that fold it a second time. Takes no partition
 * away from a processor, commits nothing, and creates no topic.
 */
import { Context, type Effect, type Stream } from "effect"
import type { LogRecord } from "../records/LogRecord.ts"
import type { Offset, PartitionId } from "../records/Partition.ts"
import type { LogDamaged, LogRefused, LogUnavailable, PartitionBounds } from "./OrderLog.ts"

export class LogReader extends Context.Service<LogReader, {
  /** How many partitions the log has. Fails where it is another number than the orders were written with. */
  readonly partitions: Effect.Effect<number, LogUnavailable | LogRefused>
  /** Where the partition begins and ends now. */
  readonly bounds: (partition: PartitionId) => Effect.Effect<PartitionBounds, LogUnavailable>
  /** The offset that the processors read next; undefined where they have never committed. */
  readonly committed: (partition: PartitionId) => Effect.Effect<Offset | undefined, LogUnavailable>
  /**
   * The records from offset `from` on and before offset `until`, in the log's order, in batches of one or more. Ends
   * when `until` is reached, so `until` must not lie behind the log's end. One read at a time; a second one waits.
   * Fails with `LogDamaged` where a record is missing or is not the one that was appended, unless the records are read
   * `as is`.
   */
  readonly read: (
    partition: PartitionId,
    from: number,
    until: number,
    how?: "as is"
  ) => Stream.Stream<ReadonlyArray<LogRecord>, LogUnavailable | LogDamaged>
  /**
   * The first record from offset `from` on that is missing or, where the adapter can tell, is not the one that was
   * appended. Reads all of them, or those before the damage.
   */
  readonly damage: (partition: PartitionId, from: number) => Effect.Effect<LogDamaged | undefined, LogUnavailable>
}>()("@flash-sale/domain/ports/LogReader") {}
