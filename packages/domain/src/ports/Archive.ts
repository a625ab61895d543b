/**
 * The archive: every order that ever held units, every payment told of, every dead letter and every change by hand, in
 * SQL, findable for ever. A fold of `order-events` and `orders-dlq`: idempotent, and replaceable by a rebuild.
 * docs/decisions/0051-the-archive.md
 */
import { Context, Effect, Option, Schema } from "effect"
import type { ArchivedOrder, HistoryEntry } from "../archive/ArchivedOrder.ts"
import type { ArchiveCursor, AuditEntry, AuditFilter, ItemSums, OrderFilter, Page } from "../archive/Questions.ts"
import type { ItemId, RequestId, UserId } from "../records/Ids.ts"
import type { Offset, PartitionId } from "../records/Partition.ts"
import type { ArchiveBatch, ArchivePosition, ArchiveSource, ToldEvent } from "./ArchiveIntake.ts"

export type { ArchiveBatch, ArchivePosition, ArchiveSource, ToldEvent } from "./ArchiveIntake.ts"

/** The archive does not answer, or takes nothing in now. Nothing may be concluded, and it may have taken it in. */
export class ArchiveUnavailable extends Schema.TaggedError<ArchiveUnavailable>()("ArchiveUnavailable", {
  detail: Schema.String
}) {}

/** There is no archive: none is configured. */
export class NoArchive extends Schema.TaggedError<NoArchive>()("NoArchive", {}) {}

export type ArchiveError = ArchiveUnavailable | NoArchive

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
  /** When the order moved that moved last (milliseconds since 1970, UTC); undefined where there is none. */
  readonly newest: Effect.Effect<number | undefined, ArchiveUnavailable>
  /** Deletes what is final since before this moment (milliseconds since 1970, UTC), at most `limit` orders. */
  readonly retire: (before: number, limit: number) => Effect.Effect<number, ArchiveUnavailable>
}>()("@flash-sale/domain/ports/ArchiveWriter") {}

/** What it answers. */
export class Archive extends Context.Service<Archive, {
  /**
   * The orders under a request id, of all items, or of one buyer alone, the one that moved last first; at most ten.
   * What is known by a payment alone comes last.
   */
  readonly find: (requestId: RequestId, of?: UserId) => Effect.Effect<ReadonlyArray<ArchivedOrder>, ArchiveError>
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
