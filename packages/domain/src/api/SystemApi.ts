/** The state of the gateway: health for monitoring, liveness and readiness for an orchestrator; its release. */
import { Effect, Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { answer } from "./Answer.ts"

const parts = {
  redis: Schema.Boolean,
  kafka: Schema.Boolean,
  circuit_breaker_state: Schema.Literals(["closed", "open", "half_open"])
}

export const Healthy = Schema.Struct({ status: Schema.Literal("healthy"), ...parts }).annotate({
  identifier: "Healthy",
  description: "Orders are taken."
})

export class Unhealthy extends Schema.Error<Unhealthy>("Unhealthy")({
  status: Schema.Literal("unhealthy").pipe(Schema.withConstructorDefault(Effect.succeed("unhealthy" as const))),
  ...parts
}, answer(503, "A dependency is missing, the breaker is not closed, or the gateway shuts down.")) {
  readonly _tag = "Unhealthy"
}

const health = HttpApiEndpoint.get("health", "/health", { success: Healthy, error: Unhealthy }).annotateMerge(
  OpenApi.annotations({
    summary: "Whether orders are taken",
    description: "`redis` is the store and `kafka` the log, also where both are one embedded file. " +
      "503 where one is missing, and while the gateway shuts down."
  })
)

export const Live = Schema.Struct({ status: Schema.Literal("live") }).annotate({
  identifier: "Live",
  description: "The process runs."
})

const livez = HttpApiEndpoint.get("livez", "/livez", { success: Live }).annotateMerge(
  OpenApi.annotations({
    summary: "Whether the process runs",
    description: "200 for as long as it answers at all: only a process that does not is worth a restart."
  })
)

export const Ready = Schema.Struct({ status: Schema.Literal("ready") }).annotate({
  identifier: "Ready",
  description: "Requests may be sent here."
})

export class NotReady extends Schema.Error<NotReady>("NotReady")({
  status: Schema.Literal("not_ready").pipe(Schema.withConstructorDefault(Effect.succeed("not_ready" as const)))
}, answer(503, "Send requests elsewhere.")) {
  readonly _tag = "NotReady"
}

const readyz = HttpApiEndpoint.get("readyz", "/readyz", { success: Ready, error: NotReady }).annotateMerge(
  OpenApi.annotations({
    summary: "Whether requests should be sent here",
    description:
      "503 while the gateway shuts down, and where it has refused the log since its start, as with a wrong " +
      "KAFKA_PARTITIONS. 200 also while Redis or Kafka is away: no other gateway would do " +
      "better, and a true answer is better than none."
  })
)

/** What runs here. `rules_version` is that of the rules which the engine folds orders by. */
export const Version = Schema.Struct({
  name: Schema.String,
  version: Schema.String.annotate({ description: "The release, as in package.json and CHANGELOG.md" }),
  rules_version: Schema.Int.annotate({ description: "The latest version of the rules that this release knows" }),
  node: Schema.String.annotate({ description: "The version of Node that runs it" })
}).annotate({ identifier: "Version", description: "The release that runs." })

const version = HttpApiEndpoint.get("version", "/version", { success: Version }).annotateMerge(
  OpenApi.annotations({ summary: "Which release runs", description: "The same at the processor's METRICS_PORT." })
)

export class SystemApi extends HttpApiGroup.make("system").add(health, livez, readyz, version).annotateMerge(
  OpenApi.annotations({ description: "The state of the gateway" })
) {}
