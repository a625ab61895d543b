/** How the gateway is. */
import { Effect, Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"

const parts = {
  redis: Schema.Boolean,
  kafka: Schema.Boolean,
  circuit_breaker_state: Schema.Literals(["closed", "open", "half_open"])
}

export const Healthy = Schema.Struct({ status: Schema.Literal("healthy"), ...parts }).annotate({
  identifier: "Healthy"
})

export class Unhealthy extends Schema.Error<Unhealthy>("Unhealthy")({
  status: Schema.Literal("unhealthy").pipe(Schema.withConstructorDefault(Effect.succeed("unhealthy" as const))),
  ...parts
}, { httpApiStatus: 503 }) {
  readonly _tag = "Unhealthy"
}

const health = HttpApiEndpoint.get("health", "/health", { success: Healthy, error: Unhealthy }).annotateMerge(
  OpenApi.annotations({
    summary: "Whether orders are taken",
    description: "`redis` is the store and `kafka` the log, also where both are one embedded file. " +
      "503 where one is missing, and while the gateway shuts down."
  })
)

export class SystemApi extends HttpApiGroup.make("system").add(health) {}
