/**
 * Where something may be missing: events of records before an offset went before they were read. A rebuild adds what
 * the log tells up to an offset, so that a gap before that is none.
 */
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"

/** Either offset only grows. */
const RAISE = `INSERT INTO archive_gaps(partition, missing_before, rebuilt_until) VALUES ($1, $2, $3)
  ON CONFLICT(partition) DO UPDATE SET
    missing_before = CASE WHEN excluded.missing_before > archive_gaps.missing_before THEN excluded.missing_before
      ELSE archive_gaps.missing_before END,
    rebuilt_until = CASE WHEN excluded.rebuilt_until > archive_gaps.rebuilt_until THEN excluded.rebuilt_until
      ELSE archive_gaps.rebuilt_until END`

const OPEN = "SELECT partition, missing_before FROM archive_gaps WHERE missing_before > rebuilt_until"

/** Keeps where this batch does not follow what was read before. */
export const note = (
  session: Session,
  { missingBefore, partition }: ArchiveBatch
): Effect.Effect<void, ArchiveUnavailable> =>
  missingBefore === undefined ? Effect.void : Effect.asVoid(session.all(RAISE, partition, missingBefore, 0))

/** Everything before this offset of the log is there. */
export const fill = (
  session: Session,
  partition: PartitionId,
  until: Offset
): Effect.Effect<void, ArchiveUnavailable> => Effect.asVoid(session.all(RAISE, partition, 0, until))

export const read = (session: Session): Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveUnavailable> =>
  Effect.flatMap(session.all(OPEN), (rows) =>
    decoded(() =>
      new Map(rows.map((row) => [
        PartitionId.make(Columns.integer(row, "partition")),
        Offset.make(Columns.integer(row, "missing_before"))
      ]))
    ))
