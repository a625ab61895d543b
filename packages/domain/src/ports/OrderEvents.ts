/**
 * What is told to those who listen: the topic `order-events`, or a table in the embedded file. At least once, in the
 * order of each item, and never less than what is committed: docs/decisions/0050-order-events.md.
 */
import { Context, type Effect, type Scope } from "effect"
import { CONTENT_TYPE } from "../events/CloudEvent.ts"
import type { ItemId } from "../records/Ids.ts"
import type { LogRecord } from "../records/LogRecord.ts"
import { Offset, type PartitionId } from "../records/Partition.ts"
import type { LogUnavailable, OwnedPartition, PartitionBounds, PartitionLost } from "./OrderLog.ts"

/**
 * What is told, `ORDER_EVENTS`: nothing; each order that ever held units, and a count of those that were turned away;
 * or those one by one as well.
 */
export type EventsTold = "off" | "held" | "all"

/** The same for those who tell. A process sets it from its settings. */
export const EventsTold = Context.Reference<EventsTold>("@flash-sale/domain/ports/EventsTold", {
  defaultValue: () => "held"
})

/** One event to append: a CloudEvent as JSON. */
export interface NewEvent {
  /** The key of its record; undefined of the mark `log.position`, which is about no item. */
  readonly itemId: ItemId | undefined
  readonly value: string
  /** The W3C trace context of the order. */
  readonly traceparent: string | undefined
}

/** The name of the header that says how far everything is told. */
export const NEXT_HEADER = "next"

/** The headers of an event's record: the contract of the topic, docs/events.md. */
export const headersOf = (next: number, traceparent: string | undefined): Readonly<Record<string, string>> => ({
  [NEXT_HEADER]: String(next),
  "content-type": CONTENT_TYPE,
  ...(traceparent === undefined ? {} : { traceparent })
})

const NEXT = /^\d{1,16}$/

/** Up to where everything is told, as a header `next` says; undefined where it says none: another program wrote it. */
export const nextIn = (header: string | undefined): Offset | undefined => {
  const next = header !== undefined && NEXT.test(header) ? Number(header) : undefined
  return next !== undefined && Number.isSafeInteger(next) ? Offset.make(next) : undefined
}

/** A partition of events while this process owns it: as of the log, and used by one worker. */
export type OwnedEvents = OwnedPartition

/** A record of events as it is read. */
export type EventRecord = LogRecord

export class OrderEvents extends Context.Service<OrderEvents, {
  /**
   * Appends events to a partition of the same number as the log's, durably and in order. All of them are there, or the
   * caller appends all of them again: consumers tell repetitions by id. `next` is kept with them: everything in the log
   * before that offset is told. Calls for one partition go one after the other.
   */
  readonly append: (
    partition: PartitionId,
    events: ReadonlyArray<NewEvent>,
    next: Offset
  ) => Effect.Effect<void, LogUnavailable | PartitionLost>
  /** How far everything is told, as the last event of the partition says; undefined where it holds none. */
  readonly told: (partition: PartitionId) => Effect.Effect<Offset | undefined, LogUnavailable>
  /** Where a partition of events begins and ends, by its own offsets. */
  readonly bounds: (partition: PartitionId) => Effect.Effect<PartitionBounds, LogUnavailable>
  /**
   * Joins the consumer group of this name and runs `worker` for each partition while it is owned, as
   * `OrderLog.consume` does. Never returns; retries while the events are away.
   */
  readonly consume: (
    group: string,
    worker: (owned: OwnedEvents) => Effect.Effect<void>
  ) => Effect.Effect<never, never, Scope.Scope>
  /** Whether events can be told. Asking makes no topic. */
  readonly isUp: Effect.Effect<boolean>
  /** What keeps events from being told, or loses those that were: a line each. */
  readonly warnings: Effect.Effect<ReadonlyArray<string>>
}>()("@flash-sale/domain/ports/OrderEvents") {}
