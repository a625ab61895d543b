/** Offsets of the log without a record, as they are left by a broker that keeps only the last record of a key. */
import { LogDamaged } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"

/** What is read of a range: the records before the first one that is missing, and that one. */
export interface Found {
  readonly records: ReadonlyArray<LogRecord>
  readonly damage: LogDamaged | undefined
}

export const make = (all: ReadonlyArray<ReadonlyArray<LogRecord>>) => {
  const missing = all.map(() => new Set<number>())
  return {
    has: (partition: PartitionId): boolean => missing[partition]!.size > 0,
    isMissing: (partition: PartitionId, offset: number): boolean => missing[partition]!.has(offset),
    add: (partition: PartitionId, offset: number): void => void missing[partition]!.add(offset),
    clear: (partition: PartitionId): void => missing[partition]!.clear(),
    /** Before `wholeFrom` records may be missing. */
    read: (partition: PartitionId, from: number, until: number, wholeFrom: number): Found => {
      const records: Array<LogRecord> = []
      for (const record of all[partition]!.slice(from, until)) {
        if (!missing[partition]!.has(record.offset)) records.push(record)
        else if (record.offset >= wholeFrom) {
          const offset = Offset.make(record.offset)
          return { records, damage: new LogDamaged({ partition, offset, found: "nothing" }) }
        }
      }
      return { records, damage: undefined }
    }
  }
}

export type SimulatedHoles = ReturnType<typeof make>
