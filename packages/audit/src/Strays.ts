/**
 * Records in a partition that is not their item's home. Nothing folds them there: a processor forwards them, so they
 * are in the log a second time, or they become dead letters.
 */
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import type { SurveyedPartition } from "./Survey.ts"

/** Whether the record at this position has become a dead letter. */
export type HasLetter = (record: Pick<LogRecord.LogRecord, "partition" | "offset">) => boolean

export const isStray = (record: LogRecord.LogRecord, count: number): boolean => {
  const itemId = LogRecord.itemOf(record)
  return itemId !== undefined && home(itemId, count) !== record.partition
}

export interface Strays {
  readonly look: (record: LogRecord.LogRecord) => void
  /** How many of the records looked at wait for a processor: it has neither forwarded them nor put a letter. */
  readonly waiting: () => number
}

/** `log` is all there is of the log. Before what is committed of a partition nothing waits. */
export const make = (log: ReadonlyArray<SurveyedPartition>, hasLetter: HasLetter): Strays => {
  const found = new Set<string>()
  const forwarded = new Set<string>()
  const committed = new Map<number, number>(log.map((one) => [one.partition, one.committed]))
  const isOpen = (partition: number, offset: number) => offset >= (committed.get(partition) ?? Infinity)
  return {
    look: (record) => {
      const { offset, partition } = record
      if (isStray(record, log.length)) {
        if (isOpen(partition, offset) && !hasLetter(record)) found.add(`${partition}:${offset}`)
        return
      }
      const origin = record.headers[LogRecord.Header.origin]
      const [, from, at] = /^(\d+):(\d+)$/.exec(origin ?? "") ?? []
      if (origin !== undefined && isOpen(Number(from), Number(at))) forwarded.add(origin)
    },
    waiting: () => [...found].filter((one) => !forwarded.has(one)).length
  }
}
