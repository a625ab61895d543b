/** Keeps how many orders each item has turned away: its counts of the greatest sequence. */
import type * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import type { Insertion, Session } from "../sql/Session.ts"

type Refused = Extract<CloudEvent.CloudEvent, { readonly type: "item.refused" }>

const SAVE: Insertion = {
  columns: { item_id: "text", partition: "integer", sequence: "integer", counts: "text" },
  into: "archive_refused",
  rest: `ON CONFLICT(item_id) DO UPDATE SET partition = excluded.partition, sequence = excluded.sequence,
    counts = excluded.counts WHERE excluded.sequence >= archive_refused.sequence`
}

/** The last counts of each item. */
const lastIn = (partition: PartitionId, events: ArchiveBatch["events"]) => {
  const last = new Map<string, Refused>()
  for (const { event } of events) {
    if (event.type !== "item.refused") continue
    const known = last.get(event.data.itemId)
    if (known === undefined || Number(event.sequence) >= Number(known.sequence)) last.set(event.data.itemId, event)
  }
  return [...last.values()].map(({ data, sequence }) => ({
    item_id: data.itemId,
    partition,
    sequence: Number(sequence),
    counts: JSON.stringify(data.refused)
  }))
}

/** Takes the counts of a partition in that are among these events. */
export const take = (
  session: Session,
  partition: PartitionId,
  events: ArchiveBatch["events"]
): Effect.Effect<void, ArchiveUnavailable> => Effect.asVoid(session.each(SAVE, lastIn(partition, events)))
