/** The HTTP port of a service that has no API: `/metrics`, `/health`, `/livez`, `/readyz`, `/version`. */
import { Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type * as ConnectionMetrics from "../observability/metrics/ConnectionMetrics.ts"
import { CONTENT_TYPE, Telemetry } from "../observability/Telemetry.ts"
import type { MetricsToken } from "../settings/MetricsToken.ts"
import * as Kept from "../time/Kept.ts"
import * as Monotonic from "../time/Monotonic.ts"
import * as HostRule from "./HostRule.ts"
import * as Listener from "./listening/Listener.ts"
import * as MetricsAccess from "./MetricsAccess.ts"
import { release } from "./Release.ts"
import type { Bounds } from "./Seats.ts"

/** How long after one collection of all series the next may begin, in milliseconds: each takes some of them. */
const COLLECT_EVERY = 100
/** How long a scrape under way may take at shutdown. */
const SHUTDOWN_TIMEOUT = "2 seconds"

/**
 * Connections at once, and of one address: for a few that monitor. As everything here is a probe, those beyond the
 * bounds are answered as well.
 */
const BOUNDS: Bounds = { max: 200, maxPerAddress: 100, reserved: 20 }

/** What `/health` shows; every other field is the service's own. 200 where healthy, else 503. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
}

export interface MetricsServerOptions<R> {
  /** 0 takes any that is free. */
  readonly port: number
  /** The address to listen on; all of the machine where it is undefined. */
  readonly host: string | undefined
  /** What `/metrics` wants to be shown; undefined where it is for everybody. */
  readonly token: MetricsToken
  /** The names that the port answers to; all where it is undefined. */
  readonly allowedHosts: ReadonlySet<string> | undefined
  readonly health: Effect.Effect<Health, never, R>
  /** Whether `/readyz` says 200: that a rollout may go on to the next. */
  readonly isReady: Effect.Effect<boolean, never, R>
  /** Whose series show its connections. */
  readonly metrics: ConnectionMetrics.Port
  /** Others than usual, for a test. */
  readonly bounds?: Bounds
}

/** Listens for as long as the layer lives. Provides no router, so that the routes of one port stay on that port. */
export const layer = <R>(
  { allowedHosts, bounds = BOUNDS, health, host, isReady, metrics, port, token }: MetricsServerOptions<R>
): Layer.Layer<never, Listener.CannotListen, R | Telemetry> =>
  Layer.effectDiscard(
    Effect.flatMap(
      Effect.context<R | Telemetry>(),
      (context) =>
        HttpRouter.serve(
          Layer.mergeAll(
            metricsRoute(token, Effect.succeed(refused)),
            HostRule.layer(allowedHosts),
            versionRoute,
            healthRoute(Effect.provideContext(health, context)),
            probeRoutes(Effect.provideContext(isReady, context))
          ),
          { disableLogger: true, disableListenLog: true }
        ).pipe(
          Layer.provide(Listener.layer({
            port,
            host,
            variable: "METRICS_PORT",
            sockets: 1,
            metrics,
            bounds,
            isTrusted: () => false,
            isProbe: () => true,
            take: () => false,
            shutdownTimeout: SHUTDOWN_TIMEOUT
          })),
          Layer.build
        )
    )
  )

/** The answer to those who do not show the token. */
const refused = HttpServerResponse.jsonUnsafe(MetricsAccess.REFUSAL, {
  status: 401,
  headers: { "www-authenticate": MetricsAccess.CHALLENGE }
})

/**
 * `/metrics`, for any router: the gateway has it on its own port. Those who ask before the next collection begins share
 * it, and its bytes. `denied` is the answer to those who do not show the token, where there is one.
 */
export const metricsRoute = (
  token: MetricsToken,
  denied: Effect.Effect<HttpServerResponse.HttpServerResponse>
): Layer.Layer<never, never, HttpRouter.HttpRouter | Telemetry> =>
  Layer.unwrap(
    Effect.gen(function*() {
      const isShown = MetricsAccess.make(token)
      const { collect } = yield* Telemetry
      const now = yield* Monotonic.reader
      let notBefore = Number.NEGATIVE_INFINITY
      const collectInTurn = Effect.gen(function*() {
        yield* Effect.sleep(Duration.millis(Math.max(0, notBefore - now())))
        notBefore = now() + COLLECT_EVERY
        return new TextEncoder().encode(yield* collect)
      })
      // One who hangs up does not end what the others wait for.
      const shared = yield* Kept.make(Effect.uninterruptible(collectInTurn), Duration.zero)
      const answer = Effect.map(shared, (body) => HttpServerResponse.uint8Array(body, { contentType: CONTENT_TYPE }))
      const ask = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
        isShown(headers["authorization"]) ? answer : denied)
      return HttpRouter.add("GET", "/metrics", ask)
    })
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
