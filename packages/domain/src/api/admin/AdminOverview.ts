/** How the engine does, as one: at this moment, or each second. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Rates } from "../../instances/Instance.ts"
import { Overview } from "../../instances/Overview.ts"
import * as Errors from "../Errors.ts"
import * as Fields from "../Fields.ts"
import * as LiveApi from "../LiveApi.ts"
import { RequestErrors } from "../RequestErrors.ts"
import { about } from "./NeededScope.ts"
import { Operators } from "./Operators.ts"

/** The engine at one moment. */
export const OverviewNow = Schema.Struct({
  now: Fields.Timestamp,
  ...Overview.fields
}).annotate({
  identifier: "OverviewNow",
  description: "All gateways and processors that run, and what they do together, at one moment."
})

const overview = HttpApiEndpoint.get("overview", "/admin/v1/overview", {
  success: OverviewNow,
  error: Errors.Unavailable
}).annotateMerge(about(
  "read",
  "How the engine does",
  "Of all gateways and processors: health, orders and refusals a second by kind, how far the fold is behind, " +
    "recoveries, payments and dead letters. Each instance says how it is once a second; one that is killed is gone " +
    "within 5 s."
))

const overviewEvents = HttpApiEndpoint.get("overviewEvents", "/admin/v1/overview/events", {
  success: HttpApiSchema.StreamSse({
    events: Schema.Union([LiveApi.event("snapshot", OverviewNow), LiveApi.unavailableEvent])
  }),
  error: Errors.Unavailable
}).annotateMerge(about(
  "read",
  "How the engine does, each second",
  `A \`snapshot\` as of \`GET /overview\` each second. ${LiveApi.WHILE_AWAY}`
))

/** The engine at a moment of the last quarter of an hour, without its instances. */
export const OverviewSample = Schema.Struct({
  at: Fields.Timestamp,
  status: Overview.fields.status,
  received_per_second: Schema.Finite,
  accepted_per_second: Schema.Finite,
  refused_per_second: Rates,
  failed_per_second: Rates,
  folded_per_second: Schema.Finite,
  lag_records: Schema.Int,
  lag_seconds: Schema.Finite,
  payments_in_flight: Schema.Int,
  // Optional, as a gateway before 0.2.0 does not say it.
  payments_per_second: Schema.optionalKey(Rates),
  dead_letters: Schema.optionalKey(Schema.Int.annotate({ description: "Those that are open; absent: not known" }))
}).annotate({ identifier: "OverviewSample", description: "What the engine did at one moment." })

export const OverviewHistory = Schema.Struct({
  every_seconds: Schema.Int.annotate({ description: "How far samples are apart" }),
  samples: Schema.Array(OverviewSample).annotate({
    description: "The oldest first, of the last 15 minutes at the most"
  })
}).annotate({ identifier: "OverviewHistory", description: "How the engine did in the last minutes." })

const overviewHistory = HttpApiEndpoint.get("overviewHistory", "/admin/v1/overview/history", {
  success: OverviewHistory
}).annotateMerge(about(
  "read",
  "How the engine did in the last 15 minutes",
  "As the gateway that is asked has seen it each 5 s since its own start. Moments at which the store could not be " +
    "asked have no sample. For longer there are the metrics."
))

export class AdminOverview extends HttpApiGroup.make("overview")
  .add(overview, overviewEvents, overviewHistory)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "How the engine does" }))
{}
