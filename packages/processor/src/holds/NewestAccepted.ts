/**
 * The time of the newest order that was taken, by the clock of the gateway that accepted it: what a processor knows of
 * the time beside its own clock.
 */
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"

export interface NewestAccepted {
  /** Records were taken, in the log's order. */
  readonly took: (records: ReadonlyArray<LogRecord>) => void
  /** Milliseconds since 1970 (UTC); undefined where no order was taken yet. */
  readonly millis: () => number | undefined
}

export const make = (): NewestAccepted => {
  let newest: number | undefined
  return {
    took: (records) => {
      // The last one that says so will do for all that were taken with it.
      for (let n = records.length - 1; n >= 0; n--) {
        const { headers, timestamp } = records[n]!
        if (headers[RecordHeaders.Header.acceptedAt] === undefined) continue
        const at = RecordHeaders.acceptedAtOf(headers, timestamp)
        if (at === undefined) continue
        newest = Math.max(newest ?? at, at)
        return
      }
    },
    millis: () => newest
  }
}
