/** The records of the embedded log as rows, and what its consumer has committed. */
import { LogDamaged, type PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Option, Schema } from "effect"
import type * as Consumer from "../consumer/Consumer.ts"
import { type Connection, integer } from "../database/Connection.ts"
import * as LogChain from "../database/LogChain.ts"
import * as LoggedRow from "../database/LoggedRow.ts"

/** Headers as they are kept. */
export const Headers = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
const decodeHeaders = Schema.decodeOption(Headers)
/** Of a record whose headers were accepted though they are none: it is folded as one that makes no sense. */
const unreadable = Option.getOrThrow(decodeHeaders(LoggedRow.UNREADABLE_HEADERS))

/** The topic of `Signals` that wakes the fibers that wait for records of a partition. */
export const topic = (partition: number): string => `log/${partition}`

export const committed = (connection: Connection, partition: number): Offset | undefined => {
  const row = connection.get("SELECT next FROM commits WHERE partition = ?", partition)
  return row === undefined ? undefined : Offset.make(integer(row, "next"))
}

const commit = (connection: Connection, partition: number, next: Offset): void =>
  void connection.run("INSERT OR REPLACE INTO commits(partition, next) VALUES (?, ?)", partition, next)

export const bounds = (connection: Connection, partition: number): PartitionBounds => {
  const first = connection.get("SELECT offset FROM log WHERE partition = ? ORDER BY offset LIMIT 1", partition)
  const last = connection.get("SELECT offset FROM log WHERE partition = ? ORDER BY offset DESC LIMIT 1", partition)
  return {
    start: Offset.make(first === undefined ? 0 : integer(first, "offset")),
    end: Offset.make(last === undefined ? 0 : integer(last, "offset") + 1)
  }
}

/** Throws where the file is not read any more. */
export const ask = (connection: Connection): void => void connection.get("SELECT 1")

/** At most `max` records from this offset on, in the log's order, before the first damaged one; and its damage. */
export const recordsFrom = (
  connection: Connection,
  partition: PartitionId,
  offset: number,
  max: number
): Consumer.Found => {
  const { broken, rows } = LogChain.read(connection, partition, offset, max)
  return { records: rows.map((row) => toRecord(partition, row)), damage: damageAt(partition, broken) }
}

/** Records as they are now. */
export const recordsAsIs = (
  connection: Connection,
  partition: PartitionId,
  offset: number,
  max: number
): Consumer.Found => ({
  records: LogChain.readAsIs(connection, partition, offset, max).map((row) => toRecord(partition, row)),
  damage: undefined
})

const damageAt = (partition: PartitionId, broken: LogChain.Break | undefined): LogDamaged | undefined =>
  broken === undefined
    ? undefined
    : new LogDamaged({ partition, offset: Offset.make(broken.offset), found: broken.found })

/** What the processors consume. */
export const source: Consumer.Source = { topic, records: recordsFrom, bounds, committed, commit }

const toRecord = (partition: PartitionId, row: LoggedRow.LoggedRow): LogRecord => ({
  partition,
  offset: Offset.make(row.offset),
  timestamp: row.timestamp,
  key: row.key,
  value: row.value,
  headers: Option.getOrElse(decodeHeaders(row.headers), () => unreadable)
})
