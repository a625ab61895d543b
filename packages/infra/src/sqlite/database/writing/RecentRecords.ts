/**
 * Records that this process appended a moment ago, so that the consumer of the log need not read and check again what
 * was just written. Whatever is not here is read from the file.
 *
 * **Details**: of each partition the last ones without a gap. A record of another process makes a gap, and the file
 * is read until that is passed.
 */
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"

/** Of one partition. Bytes are those of values and characters of headers. */
const MAX_RECORDS = 2_000
const MAX_BYTES = 2 * 1024 * 1024

export interface RecentRecords {
  /** Keeps a record that is committed. */
  readonly add: (record: LogRecord) => void
  /**
   * Hands over the records from this offset on, at most `max`; none where the first of them is not here. They and all
   * before them are let go: another reader finds them in the file alone.
   */
  readonly take: (partition: number, from: number, max: number) => ReadonlyArray<LogRecord>
}

interface Recent {
  records: Array<LogRecord>
  bytes: number
}

const bytesOf = ({ headers, value }: LogRecord): number =>
  Object.values(headers).reduce((sum, header) => sum + header.length, value.length)

export const make = (): RecentRecords => {
  const partitions = new Map<number, Recent>()

  const letGo = (recent: Recent, count: number): ReadonlyArray<LogRecord> => {
    const gone = recent.records.splice(0, count)
    for (const record of gone) recent.bytes -= bytesOf(record)
    return gone
  }

  return {
    add: (record) => {
      const known = partitions.get(record.partition)
      const last = known?.records.at(-1)
      if (known === undefined || (last !== undefined && last.offset + 1 !== record.offset)) {
        partitions.set(record.partition, { records: [record], bytes: bytesOf(record) })
        return
      }
      known.records.push(record)
      known.bytes += bytesOf(record)
      // Half of them at once, as each letting go moves all others.
      while (known.records.length > MAX_RECORDS || known.bytes > MAX_BYTES) {
        letGo(known, Math.ceil(known.records.length / 2))
      }
    },
    take: (partition, from, max) => {
      const known = partitions.get(partition)
      const first = known?.records[0]
      if (known === undefined || first === undefined || from < first.offset) return []
      letGo(known, from - first.offset)
      return letGo(known, max)
    }
  }
}
