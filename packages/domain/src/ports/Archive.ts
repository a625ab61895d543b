/**
 * The archive: every order that ever held units, every payment told of, every dead letter and every change by hand, in
 * SQL, findable for ever. A fold of `order-events` and `orders-dlq`: idempotent, and replaceable by a rebuild.
 * docs/decisions/0051-the-archive.md
 */
import { Context, Effect, Option, Schema } from "effect"
import type { ArchivedOrder, HistoryEntry } from "../archive/ArchivedOrder.ts"
import type { ArchiveCursor, AuditEntry, AuditFilter, ItemSums, OrderFilter, Page } from "../archive/Questions.ts"
import type { CloudEvent } from "../events/CloudEvent.ts"
import type { ItemId, RequestId } from "../records/Ids.ts"
import type { Offset, PartitionId } from "../records/Partition.ts"
import type { DeadLetter, Handling } from "./DeadLetters.ts"

/** The archive does not answer, or takes nothing in now. Nothing may be concluded, and it may have taken it in. */
export class ArchiveUnavailable extends Schema.TaggedError<ArchiveUnavailable>()("ArchiveUnavailable", {
  detail: Schema.String
}) {}

/** There is no archive: none is configured. */
export class NoArchive extends Schema.TaggedError<NoArchive>()("NoArchive", {}) {}

export type ArchiveError = ArchiveUnavailable | NoArchive

/** What it is a fold of. */
export const ARCHIVE_SOURCES = ["order-events", "orders-dlq"] as const
export type ArchiveSource = (typeof ARCHIVE_SOURCES)[number]

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

/** What fills it. */
export class ArchiveWriter extends Context.Service<ArchiveWriter, {
  /**
   * Takes a batch in with its position, all or nothing. Taken in again it changes nothing, and moves nothing back. The
   * first batch of another source moves the position back to it.
   */
  readonly record: (batch: ArchiveBatch) => Effect.Effect<void, ArchiveUnavailable>
  readonly position: (
    source: ArchiveSource,
    partition: PartitionId
  ) => Effect.Effect<ArchivePosition | undefined, ArchiveUnavailable>
  /**
   * Takes events of a partition in, each id once, as a rebuild tells them, without moving a position. Entries of the
   * same orders under the same ids go that another record has told, at or after `from` (an offset of the log): one of
   * another offset, time or type. Returns how many have gone so.
   */
  readonly add: (
    partition: PartitionId,
    events: ArchiveBatch["events"],
    from: Offset
  ) => Effect.Effect<number, ArchiveUnavailable>
  /**
   * The log's partition ends at this offset now. What is kept of a log that was longer, how far it was told and rebuilt
   * and where something is missing, counts no more. Returns whether there was any.
   */
  readonly shorten: (partition: PartitionId, end: Offset) => Effect.Effect<boolean, ArchiveUnavailable>
  /**
   * Everything that the log's partition tells before this offset, from its beginning on, has been added. Counts as told
   * up to there at the least.
   */
  readonly rebuilt: (partition: PartitionId, until: Offset) => Effect.Effect<void, ArchiveUnavailable>
  /**
   * Deletes at most `limit` events of a partition that were told at or after `from` and before `until` (offsets of the
   * log) and are not explained. It asks for each of them; one that it keeps may be asked for again. The orders that
   * they told of are folded again from what is left of their history, and go where nothing is left. Of the counts of an
   * item it asks for the last ones, which alone are kept. Returns how many events are deleted.
   */
  readonly deleteUnexplained: (
    partition: PartitionId,
    range: { readonly from: Offset; readonly until: Offset },
    isExplained: (told: ToldEvent) => boolean,
    limit: number
  ) => Effect.Effect<number, ArchiveUnavailable>
  /** Deletes what is final since before this moment (milliseconds since 1970, UTC), at most `limit` orders. */
  readonly retire: (before: number, limit: number) => Effect.Effect<number, ArchiveUnavailable>
}>()("@flash-sale/domain/ports/ArchiveWriter") {}

/** What it answers. */
export class Archive extends Context.Service<Archive, {
  /** The orders under a request id, of all items, the one that moved last first; at most ten. */
  readonly find: (requestId: RequestId) => Effect.Effect<ReadonlyArray<ArchivedOrder>, ArchiveError>
  readonly orders: (
    filter: OrderFilter,
    from: ArchiveCursor | undefined,
    limit: number
  ) => Effect.Effect<Page<ArchivedOrder>, ArchiveError>
  /** All that is known of one order, oldest first, at most `MAX_HISTORY` entries. */
  readonly history: (
    itemId: ItemId,
    requestId: RequestId
  ) => Effect.Effect<ReadonlyArray<HistoryEntry>, ArchiveError>
  readonly audit: (
    filter: AuditFilter,
    from: ArchiveCursor | undefined,
    limit: number
  ) => Effect.Effect<Page<AuditEntry>, ArchiveError>
  readonly sums: (itemId: ItemId) => Effect.Effect<ItemSums, ArchiveError>
  /** For each partition that was ever read, up to which offset of the log everything is in it. */
  readonly told: Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveError>
  /**
   * The partitions of which something may be missing before an offset of the log: events that went before they were
   * read, or that no build told, and that no rebuild has added since.
   */
  readonly gaps: Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveError>
  /** Whether it answers. */
  readonly isUp: Effect.Effect<boolean>
}>()("@flash-sale/domain/ports/Archive") {}

const fails = Effect.suspend(() => Effect.fail(new NoArchive()))
/** An engine without an archive: every question fails with `NoArchive`. */
export const none: Archive["Service"] = {
  find: () => fails,
  orders: () => fails,
  history: () => fails,
  audit: () => fails,
  sums: () => fails,
  told: fails,
  gaps: fails,
  isUp: Effect.succeed(false)
}

/** The archive; `none` without an adapter. */
export const optional: Effect.Effect<Archive["Service"]> = Effect.map(
  Effect.serviceOption(Archive),
  Option.getOrElse(() => none)
)
