/** The results of `flash-sale reconcile --every`. The series appear with the first comparison. */
import { gauge } from "./Series.ts"

export const items = gauge("reconcile_items_compared", "Items that the last comparison compared with the log")
export const differing = gauge("reconcile_items_differing", "Items that differ from the log, by the last comparison")
export const unclear = gauge(
  "reconcile_partitions_unclear",
  "Partitions that the last comparison could not wholly compare"
)
export const lastRun = gauge(
  "reconcile_last_run_timestamp_seconds",
  "When the last comparison ended, in seconds since 1970"
)
