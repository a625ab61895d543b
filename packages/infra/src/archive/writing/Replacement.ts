/** Takes in what a rebuild tells: in the place of what another record has told under the same ids. */
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session, Statement } from "../sql/Session.ts"
import * as Events from "./Events.ts"
import * as Refold from "./Refold.ts"

/** By what an entry is known, and what tells it from that of another record. */
const { at, id, item_id, partition, request_id, sequence, type } = EntryRow.COLUMNS

const DELETE: Statement = {
  columns: { id, request_id, item_id, partition, sequence, type, at, since: "integer" },
  sql: `DELETE FROM archive_entries WHERE n IN (
    SELECT old.n FROM input JOIN archive_entries AS old
      ON old.request_id = input.request_id AND old.item_id = input.item_id AND old.id = input.id
    WHERE old.partition = input.partition AND old.sequence >= input.since
      AND (old.sequence <> input.sequence OR old.type <> input.type OR old.at <> input.at)
  ) RETURNING request_id, item_id`
}

const rowsOf = (partition: PartitionId, events: ArchiveBatch["events"], since: Offset) =>
  events.flatMap(({ event, text }) => {
    if (!EntryRow.isEntered(event)) return []
    const { at, id, item_id, request_id, sequence, type } = EntryRow.ofEvent(partition, event, text)
    return [{ id, request_id, item_id, partition, sequence, type, at, since }]
  })

/** Returns how many entries have gone for others. */
export const add = (
  session: Session,
  partition: PartitionId,
  events: ArchiveBatch["events"],
  from: Offset
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const gone = yield* session.each(DELETE, rowsOf(partition, events, from))
    yield* Events.take(session, partition, events)
    const keys = yield* decoded(() =>
      new Map(gone.map(OrderKey.read).map((key) => [OrderKey.nameOf(key), key] as const))
    )
    yield* Refold.refold(session, [...keys.values()].filter(({ request_id }) => request_id !== EntryRow.NONE))
    return gone.length
  })
