/** What the archive takes in, and what it keeps of that: `ArchiveWriter` in `Archive.ts`. */
import type { CloudEvent } from "../events/CloudEvent.ts"
import type { ItemId, RequestId } from "../records/Ids.ts"
import type { Offset, PartitionId } from "../records/Partition.ts"
import type { DeadLetter, Handling } from "./DeadLetters.ts"

/** What it is a fold of. */
export type ArchiveSource = "order-events" | "orders-dlq"

/** What was read of a partition of one source: entries in its order, and where the next read begins. */
export interface ArchiveBatch {
  readonly source: ArchiveSource
  readonly partition: PartitionId
  /** Events with their own text, which histories keep byte for byte. */
  readonly events: ReadonlyArray<{ readonly event: CloudEvent; readonly text: string }>
  readonly letters: ReadonlyArray<DeadLetter>
  readonly handlings: ReadonlyArray<Handling>
  /** The offset of the source that is read next. */
  readonly next: Offset
  /** Everything of the log's partition before this offset has been told by then; undefined where that is not said. */
  readonly told: Offset | undefined
  /**
   * What was told of records of the log before this offset may have gone before it was read: the source begins, or goes
   * on, behind it. Undefined where this batch follows the one before.
   */
  readonly missingBefore?: Offset | undefined
  /** The source is another one than what was read before, and is read from its start: this batch is the first of it. */
  readonly isAnew?: boolean
}

/** An event that was taken in, by what a rebuild knows it. Another log may have told of another order under its id. */
export interface ToldEvent {
  readonly id: string
  readonly type: CloudEvent["type"]
  readonly itemId: ItemId
  /** Undefined of an event that is about an item alone. */
  readonly requestId: RequestId | undefined
  /** The offset of the record that has told it. */
  readonly sequence: number
  /** The time of that record, in milliseconds since 1970 (UTC); undefined of counts. */
  readonly time: number | undefined
}

/**
 * Where reading goes on, and what the newest that was read says: everything of the log before `told` has been told.
 * Undefined where nothing says so, or the log has become shorter than that.
 */
export interface ArchivePosition {
  readonly next: Offset
  readonly told: Offset | undefined
}
