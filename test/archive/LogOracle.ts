/**
 * What an archive must have by a log: each item is folded at once, and its records are told. Of its own but for the
 * domain's rules and `eventsOf`, so that what fills and rebuilds an archive can be compared with it.
 */
import { eventsOf, type TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as Refused from "@flash-sale/domain/rules/Refused"

export interface ToldRecord {
  readonly partition: PartitionId
  readonly event: ItemEvent
}

/** The records of each item that is at home in the partition where they are. */
const byItem = (records: ReadonlyArray<LogRecord.LogRecord>, partitions: number) => {
  const items = new Map<ItemId, Array<LogRecord.LogRecord>>()
  for (const record of records) {
    const itemId = LogRecord.itemOf(record)
    if (itemId === undefined || home(itemId, partitions) !== record.partition) continue
    const known = items.get(itemId)
    if (known === undefined) items.set(itemId, [record])
    else known.push(record)
  }
  return items
}

const ofItem = (
  itemId: ItemId,
  records: ReadonlyArray<LogRecord.LogRecord>,
  turnedAway: TurnedAway
): ReadonlyArray<ToldRecord> => {
  const commands = records.map((record) => ({ offset: record.offset, command: LogRecord.decode(itemId, record) }))
  const placed = new Map(commands.map(({ command, offset }) => [Number(offset), command]))
  const result = Fold.fold(Fold.nothing, { commands, published: [], expected: undefined })
  if (result._tag !== "Folded") throw new Error(`item ${itemId}: ${result._tag}`)
  const told = records.flatMap((record, n) => {
    const { command } = commands[n]!
    const events = eventsOf(itemId, { record, command }, result.outcomes[n]!, (_, offset) => {
      const found = placed.get(offset)
      return found?._tag === "Place" || found?._tag === "Hold" ? { ...found, trace: found } : undefined
    }, turnedAway)
    return events.map((event) => ({ partition: record.partition, event }))
  })
  return [...told, ...counted(itemId, records, result.state)]
}

/** The counts as a worker tells them that begins behind all records. */
const counted = (
  itemId: ItemId,
  records: ReadonlyArray<LogRecord.LogRecord>,
  { item, position }: Fold.Folded
): ReadonlyArray<ToldRecord> => {
  const { partition, timestamp: time } = records.at(-1)!
  return item.rejectedCount === 0
    ? []
    : [{ partition, event: RefusedEvents.of(partition, { itemId, position, time, refused: Refused.of(item) }) }]
}

/** Everything that the log tells, each id of an order once: the first telling counts. */
export const told = (
  records: ReadonlyArray<LogRecord.LogRecord>,
  partitions: number,
  turnedAway: TurnedAway
): ReadonlyArray<ToldRecord> => {
  const first = new Map<string, ToldRecord>()
  for (const [itemId, own] of byItem(records, partitions)) {
    for (const one of ofItem(itemId, own, turnedAway)) {
      if (!first.has(one.event.id)) first.set(one.event.id, one)
    }
  }
  return [...first.values()]
}
