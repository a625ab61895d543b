/** The state of the admin API's own port. Needs no key. */
import { Effect, Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { answer } from "../Answer.ts"
import { Live } from "../SystemApi.ts"

const parts = { redis: Schema.Boolean, kafka: Schema.Boolean }

export const AdminHealthy = Schema.Struct({ status: Schema.Literal("healthy"), ...parts }).annotate({
  identifier: "AdminHealthy",
  description: "Changes can be made."
})

export class AdminUnhealthy extends Schema.Error<AdminUnhealthy>("AdminUnhealthy")({
  status: Schema.Literal("unhealthy").pipe(Schema.withConstructorDefault(Effect.succeed("unhealthy" as const))),
  ...parts
}, answer(503, "A dependency is missing, or the process shuts down.")) {
  readonly _tag = "AdminUnhealthy"
}

const health = HttpApiEndpoint.get("health", "/health", { success: AdminHealthy, error: AdminUnhealthy })
  .annotateMerge(OpenApi.annotations({
    summary: "Whether changes can be made",
    description: "`redis` is the store and `kafka` the log, also where both are one embedded file."
  }))

const livez = HttpApiEndpoint.get("livez", "/livez", { success: Live }).annotateMerge(
  OpenApi.annotations({ summary: "Whether the process runs", description: "200 for as long as it answers at all." })
)

export class AdminSystem extends HttpApiGroup.make("system").add(health, livez).annotateMerge(
  OpenApi.annotations({ description: "The state of this port" })
) {}
