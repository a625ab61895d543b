/** Histories of orders, and changes by hand. */
import type { HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import * as HistoryOrder from "@flash-sale/domain/archive/HistoryOrder"
import {
  type ArchiveCursor,
  type AuditEntry,
  type AuditFilter,
  MAX_HISTORY,
  type Page
} from "@flash-sale/domain/archive/Questions"
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import { decoded } from "../sql/Decoded.ts"
import * as Keyset from "../sql/Keyset.ts"
import type { Session } from "../sql/Session.ts"

const HISTORY = `SELECT * FROM archive_entries WHERE request_id = $1 AND item_id = $2
  ORDER BY sequence, at, n LIMIT ${MAX_HISTORY}`

export const history = (
  session: Session,
  itemId: ItemId,
  requestId: RequestId
): Effect.Effect<ReadonlyArray<HistoryEntry>, ArchiveUnavailable> =>
  Effect.flatMap(
    session.all(HISTORY, requestId, itemId),
    (rows) => decoded(() => HistoryOrder.oldestFirst(rows.map(EntryRow.readHistory)))
  )

export const audit = (
  session: Session,
  filter: AuditFilter,
  cursor: ArchiveCursor | undefined,
  limit: number
): Effect.Effect<Page<AuditEntry>, ArchiveUnavailable> => {
  const given = Keyset.conditions([
    ["item_id = ?", filter.itemId],
    ["by_name = ?", filter.by],
    ["at >= ?", filter.since]
  ])
  const byHand = { ...given, sql: ["by_name IS NOT NULL", ...given.sql] }
  const { parameters, sql } = Keyset.select("archive_entries", "at", byHand, cursor, limit)
  return Effect.flatMap(
    session.all(sql, ...parameters),
    (rows) => decoded(() => Keyset.page(rows, "at", limit, EntryRow.readAudit))
  )
}
