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

const NOTE = `INSERT INTO archive_gaps(partition, missing_before, rebuilt_until) VALUES ($1, $2, 0)
  ON CONFLICT(partition) DO UPDATE SET missing_before = excluded.missing_before
    WHERE excluded.missing_before > archive_gaps.missing_before`

const FILL = `INSERT INTO archive_gaps(partition, missing_before, rebuilt_until) VALUES ($1, 0, $2)
  ON CONFLICT(partition) DO UPDATE SET rebuilt_until = excluded.rebuilt_until`

/** Whatever was told, all before this offset is there. */
const RAISE_TOLD = `UPDATE archive_positions SET told = $2
  WHERE source = 'order-events' AND partition = $1 AND (told IS NULL OR told < $2)`

const FORGET_TOLD = `UPDATE archive_positions SET told = NULL
  WHERE source = 'order-events' AND partition = $1 AND told > $2 RETURNING partition`

const SHORTEN = `UPDATE archive_gaps SET
    missing_before = CASE WHEN missing_before > $2 THEN $2 ELSE missing_before END,
    rebuilt_until = CASE WHEN rebuilt_until > $2 THEN $2 ELSE rebuilt_until END
  WHERE partition = $1 AND (missing_before > $2 OR rebuilt_until > $2) RETURNING partition`

const OPEN = "SELECT partition, missing_before FROM archive_gaps WHERE missing_before > rebuilt_until"

/** Keeps where this batch does not follow what was read before. */
export const note = (
  session: Session,
  { missingBefore, partition }: ArchiveBatch
): Effect.Effect<void, ArchiveUnavailable> =>
  missingBefore === undefined ? Effect.void : Effect.asVoid(session.all(NOTE, partition, missingBefore))

/** Everything before this offset of the log is there. */
export const fill = (
  session: Session,
  partition: PartitionId,
  until: Offset
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.andThen(session.all(FILL, partition, until), Effect.asVoid(session.all(RAISE_TOLD, partition, until)))

/** The log ends here. Returns whether something was said of what is behind that, of a log that was longer. */
export const shorten = (
  session: Session,
  partition: PartitionId,
  end: Offset
): Effect.Effect<boolean, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const told = yield* session.all(FORGET_TOLD, partition, end)
    const gaps = yield* session.all(SHORTEN, partition, end)
    return told.length + gaps.length > 0
  })

export const read = (session: Session): Effect.Effect<ReadonlyMap<PartitionId, Offset>, ArchiveUnavailable> =>
  Effect.flatMap(session.all(OPEN), (rows) =>
    decoded(() =>
      new Map(rows.map((row) => [
        PartitionId.make(Columns.integer(row, "partition")),
        Offset.make(Columns.integer(row, "missing_before"))
      ]))
    ))
