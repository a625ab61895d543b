/** Counts the HTTP answers of the gateway, by route and status. */
import { Metric } from "effect"
import { counter, labelled } from "./Series.ts"

/** Statuses that the gateway answers with. Any other is counted as `other`. */
const KNOWN_STATUSES = [200, 202, 204, 400, 401, 403, 404, 405, 409, 410, 413, 415, 421, 422, 429, 500, 503] as const
type Status = `${(typeof KNOWN_STATUSES)[number]}` | "other"
const STATUSES: ReadonlyArray<Status> = [...KNOWN_STATUSES.map((status) => `${status}` as const), "other"]
/** `action` is what is done with an order that was accepted. */
const ROUTES = ["buy", "hold", "action", "else"] as const
export type Route = (typeof ROUTES)[number]

const answers = counter("gateway_answers_total", "HTTP answers, by route and status")
const of = (route: Route) => labelled(STATUSES, "status", Metric.withAttributes(answers, { route }))
const answersOf: Readonly<Record<Route, ReturnType<typeof of>>> = {
  buy: of("buy"),
  hold: of("hold"),
  action: of("action"),
  else: of("else")
}
const isKnown = (label: string): label is Status => STATUSES.some((known) => known === label)

/** Answers of a route with this HTTP status. */
export const answered = (route: Route, status: number): Metric.Metric<number, Metric.CounterState<number>> => {
  const label = String(status)
  return answersOf[route].of(isKnown(label) ? label : "other")
}

/** The series of all routes. */
export const allAnswers = ROUTES.flatMap((route) => answersOf[route].all)
