/**
 * Folds the log of one partition by the domain's rules into the events that its processors have told. Pure but for its
 * own state.
 *
 * **Details**: holds the items of the partition, with each order that ever held units, as a processor's store does.
 */
import { eventsOf, type TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { PlacedOrder } from "@flash-sale/domain/events/OrderFacts"
import type * as RefusedEvents from "@flash-sale/domain/events/RefusedEvents"
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { HashMap } from "effect"

/** An event, and whether it tells of an order that was turned away without ever holding units. */
export interface RebuiltEvent {
  readonly event: ItemEvent
  readonly isTurnedAway: boolean
}

export interface RebuildFold {
  /** Folds records in the log's order. Returns what they tell. */
  readonly fold: (records: ReadonlyArray<LogRecord.LogRecord>) => ReadonlyArray<RebuiltEvent>
  /** How many orders each item has turned away by now, of those that turned some away. */
  readonly counts: () => ReadonlyArray<RefusedEvents.RefusedCount>
  /** Whether counts of the item as of a record are no later than those that it has by now. */
  readonly hasCounted: (itemId: ItemId, sequence: number) => boolean
  /** Items that stand still, where and why: nothing after that is told. */
  readonly stopped: () => ReadonlyArray<string>
  /** Whether the item stands still at this record or before it: what others tell of it here is not known. */
  readonly isStopped: (itemId: ItemId, sequence: number) => boolean
}

interface Placed extends PlacedOrder {
  readonly offset: number
}

interface FoldedItem {
  state: Fold.Folded
  /** Of the last record that is folded. */
  time: number
  /** The record at which the item stands still. */
  stoppedAt: number | undefined
  /** Orders that are not final, by what placed them: a processor has as much at hand. */
  readonly placed: Map<RequestId, Placed>
}

const FINAL: ReadonlyArray<RecordOutcome["orders"][number]["state"]> = ["sold", "released", "refunding", "refunded"]

const remember = (placed: FoldedItem["placed"], command: Command, { offset, orders }: RecordOutcome): void => {
  for (const { placedAtOffset, requestId, state } of orders) {
    if (requestId === undefined) continue
    if (FINAL.includes(state)) placed.delete(requestId)
    else if (placedAtOffset === offset && (command._tag === "Place" || command._tag === "Hold")) {
      if (state === "held" || state === "open") {
        const { acceptedAt, metadata } = command
        placed.set(requestId, { offset, trace: command, acceptedAt, metadata })
      }
    }
  }
}

const countOf = (itemId: ItemId, { state, time }: FoldedItem): ReadonlyArray<RefusedEvents.RefusedCount> => {
  const { item, position } = state
  return item.rejectedCount === 0 ? [] : [{ itemId, position, time, refused: Refused.of(item) }]
}

/** Of the partition with this number, of a log that has `count`. */
export const make = (partition: PartitionId, count: number): RebuildFold => {
  const items = new Map<ItemId, FoldedItem>()
  const stopped: Array<string> = []

  const itemAt = (itemId: ItemId): FoldedItem | undefined => {
    const there = items.get(itemId)
    if (there !== undefined) return there.stoppedAt === undefined ? there : undefined
    if (home(itemId, count) !== partition) return undefined
    const item = { state: Fold.nothing, time: 0, stoppedAt: undefined, placed: new Map() }
    items.set(itemId, item)
    return item
  }

  const foldOne = (record: LogRecord.LogRecord): ReadonlyArray<RebuiltEvent> => {
    const itemId = LogRecord.itemOf(record)
    const item = itemId === undefined ? undefined : itemAt(itemId)
    if (itemId === undefined || item === undefined) return []
    const command = LogRecord.decode(itemId, record)
    const { offset } = record
    const result = Fold.fold(item.state, { expected: undefined, commands: [{ offset, command }], published: [] })
    if (result._tag === "Stopped") {
      item.stoppedAt = offset
      stopped.push(`item ${itemId} stands still at offset ${offset}: ${result.detail}`)
    }
    if (result._tag !== "Folded") return []
    // What a processor keeps until it is published is published here.
    item.state = { ...result.state, unpublished: HashMap.empty() }
    item.time = record.timestamp
    const [outcome] = result.outcomes
    if (outcome === undefined) return []
    const findPlaced = (requestId: RequestId, placedAt: number) => {
      const placed = item.placed.get(requestId)
      return placed?.offset === placedAt ? placed : undefined
    }
    const eventsIf = (turnedAway: TurnedAway) => eventsOf(itemId, { record, command }, outcome, findPlaced, turnedAway)
    const events = eventsIf("told")
    // Which step is one of an order that was turned away says nobody else.
    const others = new Set(eventsIf("counted").map(({ id }) => id))
    remember(item.placed, command, outcome)
    return events.map((event) => ({ event, isTurnedAway: !others.has(event.id) }))
  }

  return {
    fold: (records) => records.flatMap(foldOne),
    counts: () => [...items].flatMap(([itemId, item]) => countOf(itemId, item)),
    hasCounted: (itemId, sequence) => {
      const state = items.get(itemId)?.state
      return state !== undefined && state.item.rejectedCount > 0 && sequence <= state.position
    },
    stopped: () => stopped,
    isStopped: (itemId, sequence) => {
      const stoppedAt = items.get(itemId)?.stoppedAt
      return stoppedAt !== undefined && sequence >= stoppedAt
    }
  }
}
