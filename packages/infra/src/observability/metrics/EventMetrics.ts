/** Order events, as those see it who tell them. */
import type { Metric } from "effect"
import { counter, gauge } from "./Series.ts"

export const told = counter("processor_events_told_total", "Order events told, those that were told again as well")
/** Absent where no events are told. */
export const up = gauge("processor_events_up", "Whether order events can be told (1 up, 0 away)")

/** What exists from the start on, at 0. */
export const initial: ReadonlyArray<Metric.Metric<never, unknown>> = [told]
