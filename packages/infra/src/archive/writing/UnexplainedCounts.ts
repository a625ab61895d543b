/** Deletes counts of orders turned away that are not explained: lower ones count then. */
import * as EventId from "@flash-sale/domain/events/EventId"
import type { ToldEvent } from "@flash-sale/domain/ports/Archive"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Statement } from "../sql/Session.ts"
import type { Told } from "./ToldRows.ts"

const NEXT = `SELECT item_id, sequence FROM archive_refused
  WHERE partition = $1 AND (sequence, item_id) > ($2, $3) AND sequence < $4
  ORDER BY sequence, item_id LIMIT $5`

const DELETE: Statement = {
  columns: { item_id: "text" },
  sql: "DELETE FROM archive_refused WHERE item_id IN (SELECT item_id FROM input)"
}

const toldOf = (partition: PartitionId, row: Row): ToldEvent => {
  const itemId = ItemId.make(Columns.text(row, "item_id"))
  const sequence = Columns.integer(row, "sequence")
  const id = EventId.ofRefused(partition, itemId, sequence)
  return { id, type: "item.refused", itemId, requestId: undefined, sequence, time: undefined }
}

const remove: Told["remove"] = (session, { after, room, size }, [partition, { until }, isExplained]) =>
  Effect.gen(function*() {
    const rows = yield* session.all(NEXT, partition, after.sequence, after.key, until, size)
    const all = yield* decoded(() => rows.map((row) => toldOf(partition, row)))
    const gone = all.filter((one) => !isExplained(one)).slice(0, room)
    yield* session.each(DELETE, gone.map(({ itemId }) => ({ item_id: itemId })))
    const last = all.at(-1)
    const end = last === undefined || all.length < size ? undefined : { sequence: last.sequence, key: last.itemId }
    return { deleted: gone.length, end }
  })

/** No item id is empty. */
export const told: Told = { first: "", remove }
