/** The HTTP port of a service that has no API: `/metrics`, `/health`, `/livez`, `/readyz`, `/version`. */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { messageOf } from "../errors/MessageOf.ts"
import { CONTENT_TYPE, Telemetry } from "../observability/Telemetry.ts"
import { release } from "./Release.ts"

/** How long a scrape under way may take at shutdown. */
const SHUTDOWN_TIMEOUT = "2 seconds"

/** The port cannot be listened on: another process has it, or it is not ours to take. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  port: Schema.Int,
  /** The setting that names another. */
  variable: Schema.Literals(["HTTP_PORT", "METRICS_PORT"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `cannot listen on port ${this.port} (${this.variable}): ${this.detail}`
  }
}

/** What `/health` shows; every other field is the service's own. 200 where healthy, else 503. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
}

export interface MetricsServerOptions<R> {
  /** 0 takes any that is free. */
  readonly port: number
  readonly health: Effect.Effect<Health, never, R>
  /** Whether `/readyz` says 200: that a rollout may go on to the next. */
  readonly isReady: Effect.Effect<boolean, never, R>
}

/** Listens for as long as the layer lives. Provides no router, so that the routes of one port stay on that port. */
export const layer = <R>(
  { health, isReady, port }: MetricsServerOptions<R>
): Layer.Layer<never, CannotListen, R | Telemetry> =>
  Layer.effectDiscard(
    Effect.flatMap(
      Effect.context<R | Telemetry>(),
      (context) =>
        HttpRouter.serve(
          Layer.mergeAll(
            metricsRoute,
            versionRoute,
            healthRoute(Effect.provideContext(health, context)),
            probeRoutes(Effect.provideContext(isReady, context))
          ),
          { disableLogger: true, disableListenLog: true }
        ).pipe(
          Layer.provide(server(port)),
          Layer.build
        )
    )
  )

/** `/metrics`, for any router: the gateway has it on its own port. */
export const metricsRoute: Layer.Layer<never, never, HttpRouter.HttpRouter | Telemetry> = Layer.unwrap(
  Effect.map(Telemetry, ({ collect }) =>
    HttpRouter.add(
      "GET",
      "/metrics",
      Effect.map(collect, (text) => HttpServerResponse.text(text, { contentType: CONTENT_TYPE }))
    ))
)

const versionRoute: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.add(
  "GET",
  "/version",
  Effect.succeed(HttpServerResponse.jsonUnsafe(release))
)

const healthRoute = (health: Effect.Effect<Health>): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.add(
    "GET",
    "/health",
    Effect.map(health, (body) => HttpServerResponse.jsonUnsafe(body, { status: body.status === "healthy" ? 200 : 503 }))
  )

/** Liveness, for restarting the process; readiness, for rolling it out. */
const probeRoutes = (isReady: Effect.Effect<boolean>): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  Layer.merge(
    HttpRouter.add("GET", "/livez", Effect.sync(() => HttpServerResponse.jsonUnsafe({ status: "live" }))),
    HttpRouter.add(
      "GET",
      "/readyz",
      Effect.map(isReady, (ready) =>
        HttpServerResponse.jsonUnsafe({ status: ready ? "ready" : "not_ready" }, { status: ready ? 200 : 503 }))
    )
  )

/** A failure to accept a connection is one scrape less, and must not end the process. */
const makeServer = () => createServer().on("error", () => {})

const server = (port: number) =>
  NodeHttpServer.layer(makeServer, { port, gracefulShutdownTimeout: SHUTDOWN_TIMEOUT }).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(Effect.fail(
        new CannotListen({
          port,
          variable: "METRICS_PORT",
          detail: messageOf(cause)
        })
      )))
  )
