/** How the archive is filled. `lag` and `up` are of this process: several share the partitions of the events. */
import type { Metric } from "effect"
import { counter, gauge } from "./Series.ts"

export const lag = gauge(
  "archive_lag_seconds",
  "Time of the newest event that was told less that of the newest archived, in seconds; 0 where all are read"
)
export const events = counter("archive_events_total", "Events that the archive has taken in")
export const unreadable = counter(
  "archive_events_unreadable_total",
  "Records of events that made no sense and were passed over"
)
export const up = gauge("archive_up", "Whether the archive answers (1) or is away (0)")

/** Every series, which exists from the start of whoever fills the archive. */
export const all: ReadonlyArray<Metric.Metric<never, unknown>> = [lag, events, unreadable, up]
