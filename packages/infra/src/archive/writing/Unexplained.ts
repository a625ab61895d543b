/** Deletes events that the log does not explain any more, page by page, each in a transaction of its own. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ArchiveUnavailable, ArchiveWriter, ToldEvent } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Effect, Schema } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { ArchiveDatabase, Row, Session, Statement } from "../sql/Session.ts"
import * as Refold from "./Refold.ts"

/** Events that are looked at in one transaction. */
const PAGE = 1_000

/** In the order of the log; letters are no events of it. */
const NEXT = `SELECT n, id, type, request_id, item_id, sequence FROM archive_entries
  WHERE partition = $1 AND (sequence, n) > ($2, $3) AND sequence < $4 AND type NOT LIKE 'letter.%'
  ORDER BY sequence, n LIMIT ${PAGE}`

const DELETE: Statement = {
  columns: { n: "integer" },
  sql: "DELETE FROM archive_entries WHERE n IN (SELECT n FROM input)"
}

type Arguments = Parameters<ArchiveWriter["Service"]["deleteUnexplained"]>

const readType = Schema.decodeUnknownSync(Schema.Literals(CloudEvent.TYPES))

const toldOf = (row: Row): ToldEvent => {
  const requestId = Columns.text(row, "request_id")
  return {
    id: Columns.text(row, "id"),
    type: readType(Columns.text(row, "type")),
    itemId: ItemId.make(Columns.text(row, "item_id")),
    requestId: requestId === EntryRow.NONE ? undefined : RequestId.make(requestId),
    sequence: Columns.integer(row, "sequence")
  }
}

/** Where a page has ended. */
interface Place {
  readonly sequence: number
  readonly n: number
}

const page = (session: Session, after: Place, room: number, [partition, { until }, isExplained]: Arguments) =>
  Effect.gen(function*() {
    const rows = yield* session.all(NEXT, partition, after.sequence, after.n, until)
    const gone = (yield* decoded(() => rows.filter((row) => !isExplained(toldOf(row))))).slice(0, room)
    yield* session.each(DELETE, gone.map((row) => ({ n: Columns.integer(row, "n") })))
    const keys = gone.map((row) => ({
      request_id: Columns.text(row, "request_id"),
      item_id: Columns.text(row, "item_id")
    })).filter(({ request_id }) => request_id !== EntryRow.NONE)
    yield* Refold.refold(session, [...new Map(keys.map((key) => [Refold.nameOf(key), key])).values()])
    const last = rows.at(-1)
    const end = last === undefined || rows.length < PAGE ? undefined : {
      sequence: Columns.integer(last, "sequence"),
      n: Columns.integer(last, "n")
    }
    return { deleted: gone.length, end }
  })

export const remove = (
  database: ArchiveDatabase,
  ...args: Arguments
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [, { from }, , limit] = args
    let deleted = 0
    let after: Place | undefined = { sequence: from - 1, n: Number.MAX_SAFE_INTEGER }
    while (after !== undefined && deleted < limit) {
      const place: Place = after
      const done = yield* database.write((session) => page(session, place, limit - deleted, args))
      deleted += done.deleted
      after = done.end
    }
    return deleted
  })
