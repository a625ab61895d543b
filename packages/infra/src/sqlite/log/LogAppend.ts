/** Appending to the embedded log, inside a write. */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition, LogRecord, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import type { Connection } from "../database/Connection.ts"
import type { WriteError } from "../database/GroupCommit.ts"
import * as LogChain from "../database/LogChain.ts"
import type { LoggedRow } from "../database/LoggedRow.ts"
import type { RecentRecords } from "../database/writing/RecentRecords.ts"
import type { Writing } from "../database/writing/Write.ts"
import * as LogRows from "./LogRows.ts"

const encoder = new TextEncoder()

const APPEND = `
INSERT INTO log(partition, offset, key, value, headers, timestamp, digest) VALUES (?, ?, ?, ?, ?, ?, ?)`

/** A record that has its partition, and no offset yet. */
export interface NewRow extends Omit<LoggedRow, "offset" | "headers"> {
  readonly partition: PartitionId
  readonly headers: LogRecord["headers"]
}

/** The row of a record in a log of so many partitions; `now` in milliseconds since 1970 (UTC). */
export const rowOf = ({ headers, itemId, value }: NewRecord, partitions: number, now: number): NewRow => ({
  partition: home(itemId, partitions),
  key: itemId,
  value: encoder.encode(value),
  headers,
  timestamp: Math.floor(now)
})

/**
 * Appends as long as one write lasts: another process may append to the same file before it and after it. What is
 * committed is kept in `recent`.
 */
export const appender = (
  connection: Connection,
  { afterwards, touch }: Writing,
  recent: RecentRecords
): (row: NewRow) => LogPosition => {
  const tails = new Map<number, LogChain.Tail>()
  const appended: Array<LogRecord> = []
  afterwards(() => appended.forEach(recent.add))
  return (row) => {
    const { key, partition, timestamp, value } = row
    const headers = JSON.stringify(row.headers)
    const { digest: before, end } = tails.get(partition) ?? LogChain.tail(connection, partition)
    const digest = LogChain.digestOf(before, partition, { offset: end, key, value, headers, timestamp })
    connection.run(APPEND, partition, end, key ?? null, value, headers, timestamp, digest)
    tails.set(partition, { end: end + 1, digest })
    touch(LogRows.topic(partition))
    const offset = Offset.make(end)
    appended.push({ ...row, offset })
    return { partition, offset }
  }
}

/** What a failed write says of the append that was in it. */
export const toAppendError = (error: WriteError): AppendRefused | AppendUnknown =>
  error._tag === "SqliteUnavailable"
    ? new AppendRefused({ detail: error.detail, overloaded: error.overloaded })
    : new AppendUnknown({ detail: error.detail })
