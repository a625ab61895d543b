/** Order events as rows of the embedded file, and how far each of their readers has come. */
import { headersOf } from "@flash-sale/domain/ports/OrderEvents"
import type { PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Duration } from "effect"
import type * as Consumer from "../consumer/Consumer.ts"
import { bytes, type Connection, integer, optionalText, type Row } from "../database/Connection.ts"

/** How long events are kept. A reader that is away for longer misses some. */
export const KEPT_MILLIS = Duration.toMillis(Duration.days(30))
/** Rows that one append deletes at the most: more than it can add, so that they do not pile up. */
export const SWEEP_STEP = 1_000

/** An event as it is written. */
export interface EventRow {
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly traceparent: string | undefined
}

/** The topic of `Signals` that wakes the fibers that wait for events of a partition. */
export const topic = (partition: number): string => `order-events/${partition}`

const INSERT = `
INSERT INTO order_events(partition, offset, key, value, traceparent, next, timestamp) VALUES (?, ?, ?, ?, ?, ?, ?)`

/** Adds the events after those that are there. The last row always stays, so no offset is given twice. */
export const append = (
  connection: Connection,
  partition: PartitionId,
  events: ReadonlyArray<EventRow>,
  next: Offset,
  timestamp: number
): void => {
  let offset = endOf(connection, partition)
  for (const { key, traceparent, value } of events) {
    connection.run(INSERT, partition, offset++, key ?? null, value, traceparent ?? null, next, timestamp)
  }
  sweep(connection, partition, timestamp - KEPT_MILLIS)
}

const OLDEST = "SELECT offset, timestamp FROM order_events WHERE partition = ? ORDER BY offset LIMIT 1"
const SWEEP = `
DELETE FROM order_events WHERE timestamp < ?2 AND partition = ?1 AND offset IN (
  SELECT offset FROM order_events WHERE partition = ?1 ORDER BY offset LIMIT ${SWEEP_STEP}
)`

const sweep = (connection: Connection, partition: PartitionId, before: number): void => {
  const oldest = connection.get(OLDEST, partition)
  if (oldest !== undefined && integer(oldest, "timestamp") < before) connection.run(SWEEP, partition, before)
}

const LAST = "SELECT offset, next FROM order_events WHERE partition = ? ORDER BY offset DESC LIMIT 1"

const endOf = (connection: Connection, partition: PartitionId): number => {
  const last = connection.get(LAST, partition)
  return last === undefined ? 0 : integer(last, "offset") + 1
}

/** Where the events of a partition begin and end. */
export const bounds = (connection: Connection, partition: PartitionId): PartitionBounds => {
  const oldest = connection.get(OLDEST, partition)
  return {
    start: Offset.make(oldest === undefined ? 0 : integer(oldest, "offset")),
    end: Offset.make(endOf(connection, partition))
  }
}

/** How far everything is told, as the last event says. */
export const told = (connection: Connection, partition: PartitionId): Offset | undefined => {
  const last = connection.get(LAST, partition)
  return last === undefined ? undefined : Offset.make(integer(last, "next"))
}

const SELECT = "SELECT * FROM order_events WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?"
const READ = "SELECT next FROM order_events_read WHERE reader = ? AND partition = ?"
const COMMIT = "INSERT OR REPLACE INTO order_events_read(reader, partition, next) VALUES (?, ?, ?)"

/** What this reader consumes. */
export const source = (reader: string): Consumer.Source => ({
  topic,
  records: (connection, partition, from, max) => ({
    records: connection.all(SELECT, partition, from, max).map((row) => toRecord(partition, row)),
    damage: undefined
  }),
  bounds,
  committed: (connection, partition) => {
    const row = connection.get(READ, reader, partition)
    return row === undefined ? undefined : Offset.make(integer(row, "next"))
  },
  commit: (connection, partition, next) => void connection.run(COMMIT, reader, partition, next)
})

const toRecord = (partition: PartitionId, row: Row): LogRecord => ({
  partition,
  offset: Offset.make(integer(row, "offset")),
  timestamp: integer(row, "timestamp"),
  key: optionalText(row, "key"),
  value: bytes(row, "value"),
  headers: headersOf(integer(row, "next"), optionalText(row, "traceparent"))
})
