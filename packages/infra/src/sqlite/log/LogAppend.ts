/** Appending to the embedded log, inside a write. */
import { AppendRefused, AppendUnknown } from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition, NewRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import type { Connection } from "../database/Connection.ts"
import type { WriteError } from "../database/GroupCommit.ts"
import * as LogChain from "../database/LogChain.ts"
import type { LoggedRow } from "../database/LoggedRow.ts"
import * as LogRows from "./LogRows.ts"

const encoder = new TextEncoder()

const APPEND = `
INSERT INTO log(partition, offset, key, value, headers, timestamp, digest) VALUES (?, ?, ?, ?, ?, ?, ?)`

/** A record that has its partition, and no offset yet. */
export interface NewRow extends Omit<LoggedRow, "offset"> {
  readonly partition: PartitionId
}

/** The row of a record in a log of so many partitions; `now` in milliseconds since 1970 (UTC). */
export const rowOf = ({ headers, itemId, value }: NewRecord, partitions: number, now: number): NewRow => ({
  partition: home(itemId, partitions),
  key: itemId,
  value: encoder.encode(value),
  headers: JSON.stringify(headers),
  timestamp: Math.floor(now)
})

/** Appends as long as one write lasts: another process may append to the same file before it and after it. */
export const appender = (
  connection: Connection,
  touch: (topic: string) => void
): (row: NewRow) => LogPosition => {
  const tails = new Map<number, LogChain.Tail>()
  return (row) => {
    const { headers, key, partition, timestamp, value } = row
    const { digest: before, end } = tails.get(partition) ?? LogChain.tail(connection, partition)
    const digest = LogChain.digestOf(before, partition, { offset: end, key, value, headers, timestamp })
    connection.run(APPEND, partition, end, key ?? null, value, headers, timestamp, digest)
    tails.set(partition, { end: end + 1, digest })
    touch(LogRows.topic(partition))
    return { partition, offset: Offset.make(end) }
  }
}

/** What a failed write says of the append that was in it. */
export const toAppendError = (error: WriteError): AppendRefused | AppendUnknown =>
  error._tag === "SqliteUnavailable"
    ? new AppendRefused({ detail: error.detail, overloaded: error.overloaded })
    : new AppendUnknown({ detail: error.detail })
