/** What becomes of one record of the log in a copy with another number of partitions. Pure. */
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Strays from "./Strays.ts"

export interface Options {
  /** The topic of the log, and its number of partitions. */
  readonly topic: string
  readonly count: number
  /** The number of partitions of the copy. */
  readonly partitions: number
  readonly hasLetter: Strays.HasLetter
}

/** A record and where it goes in the copy. */
export interface Copied {
  readonly partition: PartitionId
  readonly record: LogRecord.LogRecord
}

/**
 * Where the record goes; undefined where it is left out, because nothing folds it where it is: a processor has
 * forwarded it, or put a dead letter. A record of no item keeps out of every fold, and goes anywhere.
 */
export const of = (record: LogRecord.LogRecord, options: Options): Copied | undefined => {
  const { count, hasLetter, partitions } = options
  const itemId = LogRecord.itemOf(record)
  if (itemId === undefined) {
    return hasLetter(record)
      ? undefined
      : { partition: PartitionId.make(record.partition % partitions), record: lasting(record, options) }
  }
  if (Strays.isStray(record, count)) return undefined
  return { partition: home(itemId, partitions), record: lasting(record, options) }
}

/** With everything in its headers that would otherwise follow from its place in the log, or from the broker's clock. */
const lasting = (record: LogRecord.LogRecord, { topic }: Options): LogRecord.LogRecord => {
  const { headers, timestamp } = record
  const { acceptedAt, correlationId, origin } = LogRecord.Header
  const isOrder = RecordHeaders.typeOf(headers) === "place"
  const from = headers[origin]
  return {
    ...record,
    headers: {
      ...(isOrder ? { [acceptedAt]: String(timestamp) } : {}),
      ...headers,
      ...(LogRecord.correlationIdOf(record) === undefined
        ? { [correlationId]: LogRecord.defaultCorrelationId(record) }
        : {}),
      // Its place was in that topic: in the copy it would name another record.
      ...(from === undefined || from.includes("/") ? {} : { [origin]: `${topic}/${from}` })
    }
  }
}
