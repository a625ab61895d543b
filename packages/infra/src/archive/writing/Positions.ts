/** Where reading goes on. */
import type { ArchiveBatch, ArchivePosition, ArchiveSource, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"

const SET = `INSERT INTO archive_positions(source, partition, next, told) VALUES ($1, $2, $3, $4)
  ON CONFLICT(source, partition) DO UPDATE SET next = excluded.next, told = coalesce(excluded.told, archive_positions.told)`

/** A batch that is taken in again, behind later ones, moves nothing back. */
const MOVE = `${SET} WHERE excluded.next >= archive_positions.next`

export const move = (
  session: Session,
  { isAnew = false, next, partition, source, told }: ArchiveBatch
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.asVoid(session.all(isAnew ? SET : MOVE, source, partition, next, told ?? null))

const optionalOffset = (value: number | undefined) => value === undefined ? undefined : Offset.make(value)

export const find = (
  session: Session,
  source: ArchiveSource,
  partition: PartitionId
): Effect.Effect<ArchivePosition | undefined, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [row] = yield* session.all(
      "SELECT next, told FROM archive_positions WHERE source = $1 AND partition = $2",
      source,
      partition
    )
    if (row === undefined) return undefined
    return yield* decoded(() => ({
      next: Offset.make(Columns.integer(row, "next")),
      told: optionalOffset(Columns.optionalInteger(row, "told"))
    }))
  })
