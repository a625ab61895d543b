/** Entries that are found by the ids of their events: by an index, however much is archived. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session, Statement } from "../sql/Session.ts"

/** One id may be of several: after a log that was lost another order's event may have it. */
const FIND: Statement = {
  columns: { id: "text" },
  sql: "SELECT found.n, found.type, found.id FROM input JOIN archive_entries AS found ON found.id = input.id"
}

const eventsOf = (session: Session, ids: ReadonlyArray<string>) =>
  Effect.flatMap(
    session.each(FIND, [...new Set(ids)].map((id) => ({ id: Columns.storable(id) }))),
    (rows) => decoded(() => rows.filter((row) => EntryRow.isEvent(Columns.text(row, "type"))))
  )

/** Those of these ids under which no event is archived, each once. */
export const missing = (
  session: Session,
  ids: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, ArchiveUnavailable> =>
  Effect.flatMap(eventsOf(session, ids), (rows) =>
    decoded(() => {
      const found = new Set(rows.map((row) => Columns.text(row, "id")))
      return [...new Set(ids)].filter((id) => !found.has(Columns.storable(id)))
    }))

/** The numbers of the events of these ids, in order. */
export const find = (
  session: Session,
  ids: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<number>, ArchiveUnavailable> =>
  Effect.flatMap(
    eventsOf(session, ids),
    (rows) => decoded(() => rows.map((row) => Columns.integer(row, "n")).toSorted((one, other) => one - other))
  )
