/** How the engine does, as one: at this moment, or each second. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Overview } from "../../instances/Overview.ts"
import * as Errors from "../Errors.ts"
import * as Fields from "../Fields.ts"
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
    events: Schema.Struct({
      id: Schema.optionalKey(Schema.String),
      event: Schema.Literal("snapshot"),
      data: Schema.fromJsonString(OverviewNow)
    })
  }),
  error: Errors.Unavailable
}).annotateMerge(about("read", "How the engine does, each second", "A `snapshot` as of `GET /overview` each second."))

export class AdminOverview extends HttpApiGroup.make("overview")
  .add(overview, overviewEvents)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "How the engine does" }))
{}
