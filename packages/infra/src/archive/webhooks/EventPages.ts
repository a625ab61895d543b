/** Archived events in the order in which they were archived. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ArchivedEvent, EventPage } from "@flash-sale/domain/webhooks/Sending"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session, Statement } from "../sql/Session.ts"

const PAGE = `SELECT n, id, type, at, item_id, request_id, body FROM archive_entries
  WHERE n > $1 ORDER BY n LIMIT $2`

/** Entries of these numbers, in order. */
export const FIND: Statement = {
  columns: { n: "integer" },
  sql: `SELECT n, id, type, at, item_id, request_id, body FROM archive_entries
    WHERE n IN (SELECT n FROM input) ORDER BY n`
}

export const read = (row: Row): ArchivedEvent => ({
  entry: Columns.integer(row, "n"),
  id: Columns.text(row, "id"),
  type: Columns.text(row, "type"),
  at: Columns.integer(row, "at"),
  itemId: Columns.text(row, "item_id"),
  requestId: Columns.text(row, "request_id"),
  body: Columns.text(row, "body")
})

export const page = (
  session: Session,
  cursor: number,
  limit: number
): Effect.Effect<EventPage, ArchiveUnavailable> =>
  Effect.flatMap(session.all(PAGE, cursor, limit), (rows) =>
    decoded(() => ({
      events: rows.map(read).filter(({ type }) => EntryRow.isEvent(type)),
      upTo: rows.length === 0 ? cursor : Columns.integer(rows.at(-1)!, "n")
    })))
