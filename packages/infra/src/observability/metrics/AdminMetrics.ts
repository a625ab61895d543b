/** What is counted at the admin API's port. */
import type { Metric } from "effect"
import { ACCESS_REASONS } from "./AccessMetrics.ts"
import { counter, labelled } from "./Series.ts"

/** Statuses that the admin API answers with. Any other is counted as `other`. */
const KNOWN_STATUSES = [200, 202, 400, 401, 403, 404, 405, 409, 413, 415, 421, 422, 429, 500, 503] as const
const STATUSES = [...KNOWN_STATUSES.map((status) => `${status}` as const), "other"] as const
type Status = (typeof STATUSES)[number]

/** What an operator changes. */
export const CHANGES = [
  "stock",
  "sale",
  "pause_all",
  "resume_all",
  "cancel",
  "refund",
  "replay",
  "discard",
  "webhook_test",
  "webhook_replay",
  "webhook_enable"
] as const
export type Change = (typeof CHANGES)[number]

/** Why a request is not let in. */
export const ACCESS_FAILURES = [...ACCESS_REASONS, "no_keys"] as const
export type AccessFailure = (typeof ACCESS_FAILURES)[number]

const answers = labelled(STATUSES, "status", counter("admin_answers_total", "Answers of the admin API, by status"))
const changes = labelled(CHANGES, "change", counter("admin_changes_total", "Changes through the admin API, by kind"))
const failures = labelled(
  ACCESS_FAILURES,
  "reason",
  counter("admin_auth_failures_total", "Requests that the admin API did not let in, by reason")
)

const isKnown = (label: string): label is Status => STATUSES.some((known) => known === label)

/** Answers with this HTTP status. */
export const answered = (status: number): Metric.Metric<number, Metric.CounterState<number>> => {
  const label = String(status)
  return answers.of(isKnown(label) ? label : "other")
}
/** Changes that were asked for, whatever became of them. */
export const changed = changes.of
/** Requests that were not let in. */
export const refused = failures.of

/** Every series, which exists from the start of the port. */
export const all: ReadonlyArray<Metric.Metric<never, unknown>> = [...answers.all, ...changes.all, ...failures.all]
