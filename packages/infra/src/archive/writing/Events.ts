/** Takes events in: each once into the histories, and those that were not known into the orders that they tell of. */
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import type * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Facts from "../rows/Facts.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session, Statement } from "../sql/Session.ts"
import * as Refold from "./Refold.ts"

type Events = ArchiveBatch["events"]
type Refused = Extract<CloudEvent.CloudEvent, { readonly type: "item.refused" }>

/** The counts of the greatest sequence count. */
const SAVE_REFUSED: Statement = {
  columns: { item_id: "text", partition: "integer", sequence: "integer", counts: "text" },
  sql: `INSERT INTO archive_refused(item_id, partition, sequence, counts)
    SELECT item_id, partition, sequence, counts FROM input WHERE true
    ON CONFLICT(item_id) DO UPDATE SET partition = excluded.partition, sequence = excluded.sequence,
    counts = excluded.counts WHERE excluded.sequence >= archive_refused.sequence`
}

/** The last counts of each item. */
const refusedIn = (partition: PartitionId, events: Events) => {
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

/** By what an entry is known. */
const entryName = (key: Refold.Key, id: string): string => `${Refold.nameOf(key)}\n${id}`

const entryNameOf = (row: Row): string =>
  entryName(
    { request_id: Columns.text(row, "request_id"), item_id: Columns.text(row, "item_id") },
    Columns.text(row, "id")
  )

/** Entries and facts, each once: what is told first counts. */
const entriesIn = (partition: PartitionId, events: Events) => {
  const entries = new Map<string, EntryRow.EntryValues>()
  const facts = new Map<string, OrderFold.OrderFact>()
  for (const { event, text } of events) {
    if (event.type === "log.position" || event.type === "item.refused") continue
    const values = EntryRow.ofEvent(partition, event, text)
    const name = `${values.item_id}\n${values.request_id}\n${values.id}`
    if (entries.has(name)) continue
    entries.set(name, values)
    if (Facts.isOrderEvent(event)) facts.set(name, { partition, event })
  }
  return { entries, facts }
}

/** Folds facts that were not known into the orders that they tell of. */
const foldInto = (
  session: Session,
  facts: ReadonlyArray<OrderFold.OrderFact>
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const byOrder = Map.groupBy(facts, ({ event }) => Refold.nameOf(OrderRow.keyOf(event.data)))
    const keys = new Map(
      [...byOrder].map(([name, [first]]) => [name, OrderRow.keyOf(first!.event.data)] as const)
    )
    const found = yield* session.each(OrderRow.FIND, [...keys.values()])
    const orders = yield* decoded(() =>
      new Map(found.map(OrderRow.read).map((order) => [Refold.nameOf(OrderRow.keyOf(order)), order] as const))
    )
    const saved: Array<OrderFold.FoldedOrder> = []
    const behind: Array<Refold.Key> = []
    for (const [name, some] of byOrder) {
      const order = OrderFold.further(orders.get(name), some)
      if (order === undefined) behind.push(keys.get(name)!)
      else saved.push(order)
    }
    yield* session.each(OrderRow.SAVE, saved.map(OrderRow.write))
    if (behind.length > 0) yield* Refold.refold(session, behind)
  })

/** Takes events of a partition in. Those that are known change nothing. */
export const take = (
  session: Session,
  partition: PartitionId,
  events: Events
): Effect.Effect<void, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const { entries, facts } = entriesIn(partition, events)
    const inserted = yield* session.each(EntryRow.INSERT, [...entries.values()])
    const fresh = yield* decoded(() => inserted.flatMap((row) => facts.get(entryNameOf(row)) ?? []))
    if (fresh.length > 0) yield* foldInto(session, fresh)
    yield* session.each(SAVE_REFUSED, refusedIn(partition, events))
  })
