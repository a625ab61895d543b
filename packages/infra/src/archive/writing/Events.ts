/** Takes events in: each once into the histories, and those that were not known into the orders that they tell of. */
import * as OrderFold from "@flash-sale/domain/archive/OrderFold"
import type { ArchiveBatch, ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Facts from "../rows/Facts.ts"
import * as OrderKey from "../rows/OrderKey.ts"
import * as OrderRow from "../rows/OrderRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session } from "../sql/Session.ts"
import * as OrderChanges from "./OrderChanges.ts"
import * as Refold from "./Refold.ts"
import * as RefusedCounts from "./RefusedCounts.ts"

type Events = ArchiveBatch["events"]

/** By what an entry is known. */
const entryName = (key: OrderKey.Key, id: string): string => `${OrderKey.nameOf(key)}\n${id}`

const entryNameOf = (row: Row): string => entryName(OrderKey.read(row), Columns.text(row, "id"))

/** Entries and facts, each once: what is told first counts. */
const entriesIn = (partition: PartitionId, events: Events) => {
  const entries = new Map<string, EntryRow.EntryValues>()
  const facts = new Map<string, OrderFold.OrderFact>()
  for (const { event, text } of events) {
    if (!EntryRow.isEntered(event)) continue
    const values = EntryRow.ofEvent(partition, event, text)
    const name = entryName(values, values.id)
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
    const byOrder = Map.groupBy(facts, ({ event }) => OrderKey.nameOf(OrderKey.of(event.data)))
    const keys = new Map(
      [...byOrder].map(([name, [first]]) => [name, OrderKey.of(first!.event.data)] as const)
    )
    const found = yield* session.each(OrderRow.FIND, [...keys.values()])
    const orders = yield* decoded(() =>
      new Map(found.map(OrderRow.read).map((order) => [OrderKey.nameOf(OrderKey.of(order)), order] as const))
    )
    const saved: Array<OrderFold.FoldedOrder> = []
    const behind: Array<OrderKey.Key> = []
    for (const [name, some] of byOrder) {
      const order = OrderFold.further(orders.get(name), some)
      if (order === undefined) behind.push(keys.get(name)!)
      else saved.push(order)
    }
    const before = saved.flatMap((order) => orders.get(OrderKey.nameOf(OrderKey.of(order))) ?? [])
    yield* OrderChanges.write(session, { before, saved, gone: [] })
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
    yield* RefusedCounts.take(session, partition, events)
  })
