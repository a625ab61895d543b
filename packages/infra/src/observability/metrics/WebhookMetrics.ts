/** What webhooks do, by endpoint. Each gauge is reported by the instance that holds the endpoint. */
import { type Context, Effect, Metric } from "effect"
import { bounded, counter, gauge } from "./Series.ts"

/** More names than one file may have: those of former ones count as well. */
const MAX_ENDPOINTS = 200
const BEYOND = "other"

const byEndpoint = <Input, State>(metric: Metric.Metric<Input, State>) =>
  bounded(metric, "endpoint", MAX_ENDPOINTS, BEYOND)

/** What becomes of an attempt, or of an event that is not sent at all. */
export const OUTCOMES = ["delivered", "retry", "dead", "gone", "too_old"] as const
export type Outcome = (typeof OUTCOMES)[number]

const deliveries = counter(
  "webhooks_deliveries_total",
  "Attempts to deliver an event, by outcome; too_old are events that were passed over"
)

const byOutcome = new Map(
  OUTCOMES.map((outcome) => [outcome, byEndpoint(Metric.withAttributes(deliveries, { outcome }))] as const)
)

export const delivered = (endpoint: string, outcome: Outcome) => byOutcome.get(outcome)!(endpoint)

export const waiting = byEndpoint(
  gauge("webhooks_waiting", "Deliveries that have failed and are tried again")
)
export const oldest = byEndpoint(
  gauge("webhooks_oldest_seconds", "Age of the oldest event that an endpoint was not told yet; 0 where there is none")
)
export const dead = byEndpoint(
  counter("webhooks_dead_total", "Deliveries that were given up after their last attempt")
)
export const up = gauge(
  "webhooks_up",
  "Whether the archive, where webhooks keep their state, answers (1) or is away (0)"
)
export const file = gauge(
  "webhooks_file_usable",
  "Whether the file of the endpoints is in force as it is (1), or its last good content is (0)"
)

/** Makes every series of an endpoint exist. */
export const begin = (endpoint: string): Effect.Effect<void> =>
  Effect.forEach(
    [...OUTCOMES.map((outcome) => delivered(endpoint, outcome)), dead(endpoint), waiting(endpoint), oldest(endpoint)],
    (metric: Metric.Metric<never, unknown>) => Metric.value(metric),
    { discard: true }
  )

/** Another instance reports the gauges from now on, or nobody does. */
export const end = (endpoint: string): Effect.Effect<void> =>
  Effect.map(Effect.context<never>(), (context: Context.Context<never>) => {
    for (const metric of [waiting(endpoint), oldest(endpoint)]) Metric.removeUnsafe(metric, context)
  })

/** Every series that is of no endpoint. */
export const all: ReadonlyArray<Metric.Metric<never, unknown>> = [up, file]
