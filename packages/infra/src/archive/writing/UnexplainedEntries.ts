/** Deletes entries of histories that are not explained. The orders that they told of are as the rest tells. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ToldEvent } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Effect, Schema } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Statement } from "../sql/Session.ts"
import * as Refold from "./Refold.ts"
import type { Told } from "./ToldRows.ts"

/** In the order of the log; what is no event is not of it. */
const NEXT = `SELECT n, id, type, request_id, item_id, sequence, at FROM archive_entries
  WHERE partition = $1 AND (sequence, n) > ($2, $3) AND sequence < $4 AND ${EntryRow.IS_EVENT}
  ORDER BY sequence, n LIMIT $5`

const DELETE: Statement = {
  columns: { n: "integer" },
  sql: "DELETE FROM archive_entries WHERE n IN (SELECT n FROM input)"
}

const readType = Schema.decodeUnknownSync(Schema.Literals(CloudEvent.TYPES))

const toldOf = (row: Row): ToldEvent => {
  const requestId = Columns.text(row, "request_id")
  return {
    id: Columns.text(row, "id"),
    type: readType(Columns.text(row, "type")),
    itemId: ItemId.make(Columns.text(row, "item_id")),
    requestId: requestId === EntryRow.NONE ? undefined : RequestId.make(requestId),
    sequence: Columns.integer(row, "sequence"),
    time: Columns.integer(row, "at")
  }
}

const remove: Told["remove"] = (session, { after, room, size }, [partition, { until }, isExplained]) =>
  Effect.gen(function*() {
    const rows = yield* session.all(NEXT, partition, after.sequence, after.key, until, size)
    const gone = (yield* decoded(() => rows.filter((row) => !isExplained(toldOf(row))))).slice(0, room)
    yield* session.each(DELETE, gone.map((row) => ({ n: Columns.integer(row, "n") })))
    const keys = gone.map(OrderKey.read).filter(({ request_id }) => request_id !== EntryRow.NONE)
    yield* Refold.refold(session, [...new Map(keys.map((key) => [OrderKey.nameOf(key), key])).values()])
    const last = rows.at(-1)
    const end = last === undefined || rows.length < size ? undefined : {
      sequence: Columns.integer(last, "sequence"),
      key: Columns.integer(last, "n")
    }
    return { deleted: gone.length, end }
  })

export const told: Told = { first: 0, remove }
