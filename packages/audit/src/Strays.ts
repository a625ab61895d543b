/**
 * Records in a partition that is not their item's home. Nothing folds them there: a processor forwards them, so they
 * are in the log a second time, or they become dead letters.
 */
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"

/** Whether the record at this position has become a dead letter. */
export type HasLetter = (record: Pick<LogRecord.LogRecord, "partition" | "offset">) => boolean

/** Where a forwarded record was, in the log in which it is. */
const PLACE = /^\d+:\d+$/

export const isStray = (record: LogRecord.LogRecord, count: number): boolean => {
  const itemId = LogRecord.itemOf(record)
  return itemId !== undefined && home(itemId, count) !== record.partition
}

/** Strays that are remembered: of a log of the right number of partitions there are a few. */
const MAX_STRAYS = 100_000

export interface Strays {
  readonly look: (record: LogRecord.LogRecord) => void
  /** How many of the records looked at are nowhere else: no processor has forwarded them or put a letter. */
  readonly waiting: () => number
}

/** `count` is the number of partitions of the log; all of it is to be looked at. */
export const make = (count: number, hasLetter: HasLetter): Strays => {
  const found = new Set<string>()
  const forwarded = new Set<string>()
  let tooMany = 0
  return {
    look: (record) => {
      if (!isStray(record, count)) {
        const origin = record.headers[LogRecord.Header.origin]
        if (origin !== undefined && PLACE.test(origin)) forwarded.add(origin)
      } else if (!hasLetter(record)) {
        if (found.size < MAX_STRAYS) found.add(`${record.partition}:${record.offset}`)
        else tooMany++
      }
    },
    waiting: () => [...found].filter((one) => !forwarded.has(one)).length + tooMany
  }
}
